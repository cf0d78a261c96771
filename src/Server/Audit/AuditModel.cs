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
            // Newest first of one object, of one actor, of one act.
            e.HasIndex(a => new { a.AccountId, a.SubjectId, a.Seq });
            e.HasIndex(a => new { a.AccountId, a.ActorId, a.Seq });
            e.HasIndex(a => new { a.AccountId, a.Act, a.Seq });
            e.HasIndex(a => new { a.AccountId, a.At, a.Seq });
            e.Property(a => a.Act).HasMaxLength(60);
        });
        model.Entity<AuditCheckpoint>().HasKey(c => new { c.AccountId, c.Seq });
        model.Entity<AuditVerdict>(e =>
        {
            e.HasKey(v => v.AccountId);
            e.HasIndex(v => v.Fault);
        });
    }
}
