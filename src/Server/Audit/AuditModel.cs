using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Audit;

static class AuditModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<AuditHead>().HasKey(h => h.AccountId);
        model.Entity<AuditEntry>(e =>
        {
            e.HasKey(a => new { a.AccountId, a.Seq });
            e.HasIndex(a => new { a.AccountId, a.SubjectId });
            e.Property(a => a.Act).HasMaxLength(60);
        });
    }
}
