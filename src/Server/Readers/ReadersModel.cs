using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

static class ReadersModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<Reader>(e =>
        {
            e.HasKey(r => new { r.CustomerId, r.Id });
            e.Property(r => r.Name).HasMaxLength(Reader.NameCharsMax);
            e.Property(r => r.ReaderId).HasMaxLength(Reader.ReaderIdCharsMax);
            e.Property(r => r.Ways).HasConversion<int>();
            e.HasIndex(r => new { r.CustomerId, r.ReaderId });
            // A reader knows its own identifier before it knows its site.
            e.HasIndex(r => r.Id);
        });
        model.Entity<ReaderPairing>(e =>
        {
            e.HasKey(p => new { p.CustomerId, p.Id });
            // The pairing code alone finds the customer.
            e.HasIndex(p => p.CodeHash);
            e.HasIndex(p => p.SecretHash);
            e.Property(p => p.Name).HasMaxLength(Reader.NameCharsMax);
            e.Property(p => p.ReaderName).HasMaxLength(Reader.NameCharsMax);
        });
    }
}
