using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

/// <summary>A customer that has few credits left, or none.</summary>
public sealed record LowCredit(Guid CustomerId, string Name, long Left);

/// <summary>Customers of a distributor that will soon make no more keys.</summary>
public sealed class LowCredits(Acts acts, Settings settings)
{
    public const int ListedMax = 20;

    /// <summary>Those with the least first.</summary>
    public Task<Outcome<IReadOnlyList<LowCredit>>> Ask(Actor actor, Guid distributorId, CancellationToken cancel) =>
        acts.Ask<IReadOnlyList<LowCredit>>(actor, distributorId, Role.Auditor, async q =>
        {
            if (!await q.Db.Distributors.AnyAsync(d => d.AccountId == distributorId && d.CreditsCounted, q.Cancel))
                return new List<LowCredit>();
            return await (
                from c in q.Db.Customers
                where c.Account!.ParentId == distributorId && c.Account.DeletedAt == null && !c.IsDemo
                join b in q.Db.CreditBalances on c.AccountId equals b.AccountId into held
                from b in held.DefaultIfEmpty()
                let left = ((long?)b.Paid ?? 0) + ((long?)b.Trial ?? 0)
                where left <= settings.LowCredit
                orderby left, c.AccountId
                select new LowCredit(c.AccountId, c.Account!.Name, left)).Take(ListedMax).ToListAsync(q.Cancel);
        }, cancel);
}
