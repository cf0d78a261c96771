using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

static class CreditsModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<CreditBalance>(e =>
        {
            e.HasKey(b => b.AccountId);
            e.Property(b => b.AccountId).ValueGeneratedNever();
            // The second belt: what no statement would do, no statement can do.
            e.ToTable(t => t.HasCheckConstraint(
                "CK_CreditBalances_Purses",
                string.Join(" AND ", Enum.GetValues<CreditKind>().Select(k => $"\"{k}\" {(CreditRules.IsSource(k) ? "<=" : ">=")} 0"))));
        });
        model.Entity<CreditEntry>(e =>
        {
            e.HasKey(x => new { x.AccountId, x.Line, x.Kind });
            e.HasIndex(x => new { x.AccountId, x.Kind, x.Act, x.PostingId }).IsUnique();
            e.Property(x => x.About).HasMaxLength(CreditEntry.AboutCharsMax);
            e.Property(x => x.Words).HasMaxLength(CreditEntry.WordsCharsMax);
            e.ToTable(t => t.HasCheckConstraint("CK_CreditEntries_Amount", "\"Amount\" <> 0"));
        });
    }
}
