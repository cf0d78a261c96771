using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Customers;

public enum CustomerFilter
{
    /// <summary>All but deleted.</summary>
    All,
    Live,
    Demo,
    Deleted,
}

public enum CustomerOrder
{
    Name,

    /// <summary>The newest first.</summary>
    Created,
}

/// <param name="Keys">That open now, as many as <see cref="CustomerList.CountMax"/> are counted.</param>
/// <param name="Waiting">Of invitations that no phone has answered.</param>
public sealed record CustomerRow(
    Guid Id, string Name, string SystemId, bool IsDemo, string? City, int Keys, int Waiting, int Readers, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt,
    string SortName);

public sealed record CustomerCursor(string SortName, DateTimeOffset CreatedAt, Guid Id);

public sealed record CustomerPage(IReadOnlyList<CustomerRow> Rows, CustomerCursor? Next);

/// <summary>The customers of a distributor: page by page, however many there are.</summary>
public static class CustomerList
{
    public const int PageRows = 50;

    /// <summary>Counting ends there: "1,000+" tells as much.</summary>
    public const int CountMax = 1000;

    /// <summary>Of the numbers on the filter pills.</summary>
    public const int TotalMax = 10_000;

    public static async Task<Outcome<CustomerPage>> Read(Question q, CustomerFilter filter, string? search, CustomerOrder order, CustomerCursor? after)
    {
        ArgumentNullException.ThrowIfNull(q);
        var customers = Matching(q, Filtered(q, filter), search);
        customers = (order, after) switch
        {
            (_, null) => customers,
            (CustomerOrder.Name, _) => customers.Where(c => c.Account!.SortName.CompareTo(after.SortName) > 0 || (c.Account.SortName == after.SortName && c.AccountId.CompareTo(after.Id) > 0)),
            _ => customers.Where(c => c.Account!.CreatedAt < after.CreatedAt || (c.Account.CreatedAt == after.CreatedAt && c.AccountId.CompareTo(after.Id) > 0)),
        };
        customers = order == CustomerOrder.Name
            ? customers.OrderBy(c => c.Account!.SortName).ThenBy(c => c.AccountId)
            : customers.OrderByDescending(c => c.Account!.CreatedAt).ThenBy(c => c.AccountId);
        var rows = await customers.Take(PageRows + 1).Select(c => new CustomerRow(
            c.AccountId, c.Account!.Name, c.SystemId, c.IsDemo, c.Contact.City,
            q.Db.MobileKeys.Where(k => k.CustomerId == c.AccountId && k.State == KeyState.Active && (k.ValidTo == null || k.ValidTo > q.Now)).Take(CountMax + 1).Count(),
            q.Db.MobileKeys.Where(k => k.CustomerId == c.AccountId && k.State == KeyState.Invited && (k.ValidTo == null || k.ValidTo > q.Now)).Take(CountMax + 1).Count(),
            q.Db.Readers.Where(r => r.CustomerId == c.AccountId && r.State != ReaderState.Deleted).Take(CountMax + 1).Count(),
            c.Account.CreatedAt, c.Account.DeletedAt, c.Account.SortName)).ToListAsync(q.Cancel);
        var more = rows.Count > PageRows;
        if (more)
            rows.RemoveAt(PageRows);
        return new CustomerPage(rows, more ? new(rows[^1].SortName, rows[^1].CreatedAt, rows[^1].Id) : null);
    }

    public static async Task<Outcome<IReadOnlyDictionary<CustomerFilter, int>>> Count(Question q)
    {
        ArgumentNullException.ThrowIfNull(q);
        var counts = new Dictionary<CustomerFilter, int>();
        foreach (var filter in Enum.GetValues<CustomerFilter>())
            counts[filter] = await Filtered(q, filter).Take(TotalMax + 1).CountAsync(q.Cancel);
        return counts;
    }

    static IQueryable<Customer> Filtered(Question q, CustomerFilter filter)
    {
        var own = q.Db.Customers.AsNoTracking().Where(c => c.Account!.ParentId == q.AccountId);
        return filter switch
        {
            CustomerFilter.Deleted => own.Where(c => c.Account!.DeletedAt != null),
            CustomerFilter.Live => own.Where(c => c.Account!.DeletedAt == null && !c.IsDemo),
            CustomerFilter.Demo => own.Where(c => c.Account!.DeletedAt == null && c.IsDemo),
            _ => own.Where(c => c.Account!.DeletedAt == null),
        };
    }

    static IQueryable<Customer> Matching(Question q, IQueryable<Customer> customers, string? search)
    {
        if (string.IsNullOrWhiteSpace(search))
            return customers;
        var sought = Folding.Fold(search);
        return customers.Where(c => c.Account!.SortName.CompareTo(sought) >= 0 && c.Account.SortName.CompareTo(sought + "\uffff") < 0);
    }
}
