using Latchkey.Server.Readers;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Sync;

static class SyncModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<FeedCounter>().HasKey(c => c.CustomerId);
        model.Entity<FeedChange>().HasKey(c => new { c.CustomerId, c.Seq });
        model.Entity<SpentNonce>(e =>
        {
            e.HasKey(n => new { n.CustomerId, n.Nonce });
            e.HasIndex(n => n.EndsAt);
        });
        model.Entity<ReaderStatement>(e =>
        {
            e.Property(s => s.Refusal).HasMaxLength(ReaderStatement.RefusalCharsMax);
            e.HasKey(s => new { s.CustomerId, s.ReaderId });
            e.HasOne<Reader>().WithOne().HasForeignKey<ReaderStatement>(s => new { s.CustomerId, s.ReaderId });
        });
    }
}
