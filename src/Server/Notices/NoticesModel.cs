using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Notices;

static class NoticesModel
{
    public static void Map(ModelBuilder model) => model.Entity<Message>(e =>
    {
        e.HasKey(m => new { m.CustomerId, m.Id });
        e.HasIndex(m => new { m.Delivery, m.NextTryAt });
        e.HasIndex(m => new { m.CustomerId, m.KeyId });
        e.HasIndex(m => new { m.CustomerId, m.UserId });
        // Lists are read newest first, of all and of each delivery.
        e.HasIndex(m => new { m.CustomerId, m.CreatedAt, m.Id });
        e.HasIndex(m => new { m.CustomerId, m.Delivery, m.CreatedAt, m.Id });
        e.Property(m => m.Detail).HasMaxLength(500);
    });
}
