using Latchkey.Server.Accounts;
using Latchkey.Server.Customers;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>The accounts right below one, for its dashboard.</summary>
/// <param name="Below">Distributors of an operator, customers of a distributor.</param>
/// <param name="Newest">Of those, the latest first.</param>
/// <param name="MailsNotSent">Of the account itself: held up or come back.</param>
public sealed record BelowAnswer(Counted Below, Counted Demo, Counted Deleted, IReadOnlyList<NewAccount> Newest, int MailsNotSent);

public sealed record NewAccount(Guid Id, string Name, DateTimeOffset CreatedAt);

static class BelowQuestion
{
    const int NewestMax = 6;

    public static async Task<Outcome<BelowAnswer>> Read(Question q)
    {
        var below = q.Db.Accounts.AsNoTracking().Where(a => a.ParentId == q.AccountId);
        var living = below.Where(a => a.DeletedAt == null);
        var demo = q.Db.Customers.Where(c => c.SystemId == DemoSystem.SystemId).Select(c => c.AccountId);
        return new BelowAnswer(
            await Counted.Of(living, q.Cancel), await Counted.Of(living.Where(a => demo.Contains(a.Id)), q.Cancel), await Counted.Of(below.Where(a => a.DeletedAt != null), q.Cancel),
            await living.OrderByDescending(a => a.CreatedAt).ThenBy(a => a.Id).Take(NewestMax).Select(a => new NewAccount(a.Id, a.Name, a.CreatedAt)).ToListAsync(q.Cancel),
            await q.Db.Messages.CountAsync(m => m.CustomerId == q.AccountId && (m.Delivery == Delivery.CameBack || m.Delivery == Delivery.HeldUp), q.Cancel));
    }
}
