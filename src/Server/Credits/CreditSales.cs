using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

/// <summary>What a distributor has bought, and what is left of it.</summary>
/// <param name="Bought">Sold to it, less what was taken back.</param>
/// <param name="Available">Not passed on to a customer yet.</param>
/// <param name="Given">Trial credits of its customers.</param>
/// <param name="Counted">Whether the keys of its customers take credits.</param>
public sealed record CreditSale(Guid DistributorId, string Name, string SortName, long Bought, long Available, long Given, bool Counted, bool IsLow);

/// <summary>Where the next page begins: behind this name and id.</summary>
public sealed record CreditSaleCursor(string SortName, Guid Id);

public sealed record CreditSalePage(IReadOnlyList<CreditSale> Sales, CreditSaleCursor? Next);

/// <summary>The operator's sales, a distributor a line.</summary>
public sealed class CreditSales(Acts acts, Settings settings)
{
    public const int PageRows = 50;

    public Task<Outcome<CreditSalePage>> Page(Actor actor, Guid operatorId, CreditSaleCursor? after, CancellationToken cancel) =>
        acts.Ask<CreditSalePage>(actor, operatorId, Role.Auditor, async q =>
        {
            var distributors = q.Db.Distributors.AsNoTracking().Where(d => d.Account!.ParentId == operatorId && d.Account.DeletedAt == null);
            if (after is not null)
                distributors = distributors.Where(d => d.Account!.SortName.CompareTo(after.SortName) > 0
                    || (d.Account.SortName == after.SortName && d.AccountId.CompareTo(after.Id) > 0));
            var page = await distributors.OrderBy(d => d.Account!.SortName).ThenBy(d => d.AccountId).Take(PageRows + 1)
                .Select(d => new { d.AccountId, d.Account!.Name, d.Account.SortName, d.CreditsCounted }).ToListAsync(q.Cancel);
            var more = page.Count > PageRows;
            if (more)
                page.RemoveAt(PageRows);
            var ids = page.ConvertAll(d => d.AccountId);
            var sold = await q.Db.CreditEntries.Where(e => e.AccountId == operatorId && e.Kind == CreditKind.Sold && ids.Contains(e.OtherId))
                .GroupBy(e => e.OtherId).Select(g => new { g.Key, Sum = g.Sum(e => e.Amount) }).ToDictionaryAsync(g => g.Key, g => -g.Sum, q.Cancel);
            var holds = await q.Db.CreditBalances.AsNoTracking().Where(b => ids.Contains(b.AccountId)).ToDictionaryAsync(b => b.AccountId, q.Cancel);
            return new CreditSalePage(
                [.. page.Select(d => new CreditSale(
                    d.AccountId, d.Name, d.SortName, sold.GetValueOrDefault(d.AccountId), holds.GetValueOrDefault(d.AccountId)?.Paid ?? 0,
                    -(holds.GetValueOrDefault(d.AccountId)?.Given ?? 0), d.CreditsCounted,
                    d.CreditsCounted && (holds.GetValueOrDefault(d.AccountId)?.Paid ?? 0) <= settings.LowCredit))],
                more ? new(page[^1].SortName, page[^1].AccountId) : null);
        }, cancel);
}
