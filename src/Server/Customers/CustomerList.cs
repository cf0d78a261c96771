using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Customers;

public enum CustomerFilter
{
    /// <summary>All but deleted.</summary>
    All,
    Demo,
    Deleted,
}

public enum CustomerOrder
{
    Name,

    /// <summary>The newest first; a search is in order of names all the same.</summary>
    Created,
}

/// <param name="Keys">That open now.</param>
/// <param name="Waiting">Invitations that no phone has answered.</param>
/// <param name="Paid">Credits it holds beside <paramref name="Trial"/>; null where its keys take none.</param>
public sealed record CustomerRow(
    Guid Id, string Name, string SystemId, bool IsDemo, Counted Keys, Counted Waiting, Counted Readers, long? Paid, long Trial, DateTimeOffset CreatedAt,
    DateTimeOffset? DeletedAt, DistributorAccess DistributorAccess);

/// <param name="Next">Where to go on; a page may be short, even empty, and still have it.</param>
public sealed record CustomerPage(IReadOnlyList<CustomerRow> Rows, ListCursor? Next);

/// <summary>The customers of a distributor: page by page, however many there are.</summary>
public static class CustomerList
{
    public const int PageRows = 50;

    /// <summary>Of the numbers in a row: counting ends there.</summary>
    const int CountMax = 1000;

    public static async Task<Outcome<CustomerPage>> Read(Question q, CustomerFilter filter, string? search, CustomerOrder order, ListCursor? after)
    {
        ArgumentNullException.ThrowIfNull(q);
        var page = order == CustomerOrder.Created && filter == CustomerFilter.All && string.IsNullOrWhiteSpace(search)
            ? await Newest(q, after)
            : await Listing.Page(
                q.Db, SearchKind.Account, q.AccountId, Own(q), accounts => Fitting(q, accounts, filter), search, after, PageRows, q.Cancel,
                filter == CustomerFilter.All ? null : Fitting(q, Own(q), filter).Select(a => a.Id));
        var ids = page.Rows.Select(a => a.Id).ToList();
        var details = await q.Db.Customers.AsNoTracking().Where(c => ids.Contains(c.AccountId)).Select(c => new
        {
            c.AccountId,
            c.SystemId,
            c.IsDemo,
            c.DistributorAccess,
            Keys = q.Db.MobileKeys.Where(k => k.CustomerId == c.AccountId && k.State == KeyState.Active).Take(CountMax + 1).Count(),
            Waiting = q.Db.MobileKeys.Where(k => k.CustomerId == c.AccountId && k.State == KeyState.Invited).Take(CountMax + 1).Count(),
            Readers = q.Db.Readers.Where(r => r.CustomerId == c.AccountId && r.State != ReaderState.Deleted).Take(CountMax + 1).Count(),
            Balance = q.Db.CreditBalances.Where(b => b.AccountId == c.AccountId).Select(b => new { b.Paid, b.Trial }).FirstOrDefault(),
        }).ToDictionaryAsync(c => c.AccountId, q.Cancel);
        var counted = await q.Db.Distributors.Where(d => d.AccountId == q.AccountId).Select(d => d.CreditsCounted).SingleOrDefaultAsync(q.Cancel);
        return new CustomerPage(
            [.. page.Rows.Select(a => (Account: a, Of: details[a.Id])).Select(r => new CustomerRow(
                r.Account.Id, r.Account.Name, r.Of.SystemId, r.Of.IsDemo, Capped(r.Of.Keys), Capped(r.Of.Waiting), Capped(r.Of.Readers),
                counted && !r.Of.IsDemo ? r.Of.Balance?.Paid ?? 0 : null, r.Of.Balance?.Trial ?? 0, r.Account.CreatedAt, r.Account.DeletedAt,
                r.Of.DistributorAccess))],
            page.Next);
    }

    public static async Task<Outcome<IReadOnlyDictionary<CustomerFilter, Counted>>> Count(Question q)
    {
        ArgumentNullException.ThrowIfNull(q);
        var counts = new Dictionary<CustomerFilter, Counted>();
        foreach (var filter in Enum.GetValues<CustomerFilter>())
            counts[filter] = await Counted.Of(Fitting(q, Own(q), filter), q.Cancel);
        return counts;
    }

    static Counted Capped(int count) => new(Math.Min(count, CountMax), count > CountMax);

    static IQueryable<Account> Own(Question q) => q.Db.Accounts.AsNoTracking().Where(a => a.ParentId == q.AccountId);

    static IQueryable<Account> Fitting(Question q, IQueryable<Account> accounts, CustomerFilter filter) => filter switch
    {
        CustomerFilter.Deleted => accounts.Where(a => a.DeletedAt != null),
        // By the System ID that all of them bear, which an index finds.
        CustomerFilter.Demo => accounts.Where(a => a.DeletedAt == null && q.Db.Customers.Where(c => c.SystemId == DemoSystem.SystemId).Select(c => c.AccountId).Contains(a.Id)),
        _ => accounts.Where(a => a.DeletedAt == null),
    };

    static async Task<ListPage<Account>> Newest(Question q, ListCursor? after)
    {
        var own = Own(q).Where(a => a.DeletedAt == null);
        if (after is not null && long.TryParse(after.Key, out var ticks))
        {
            var at = new DateTimeOffset(ticks, TimeSpan.Zero);
            own = own.Where(a => a.CreatedAt < at || (a.CreatedAt == at && a.Id.CompareTo(after.Id) > 0));
        }
        var rows = await own.OrderByDescending(a => a.CreatedAt).ThenBy(a => a.Id).Take(PageRows + 1).ToListAsync(q.Cancel);
        return rows.Count > PageRows
            ? new(rows[..PageRows], new(rows[PageRows - 1].CreatedAt.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture), rows[PageRows - 1].Id))
            : new(rows, null);
    }
}
