using Latchkey.Server.Accounts;
using Latchkey.Server.Customers;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Distributors;

public enum DistributorFilter
{
    /// <summary>All but deleted.</summary>
    All,
    Deleted,
}

/// <param name="Customers">That are not deleted, counted to <see cref="CustomerList.CountMax"/>.</param>
public sealed record DistributorRow(Guid Id, string Name, string Code, string? City, int Customers, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt, string SortName);

public sealed record DistributorCursor(string SortName, Guid Id);

public sealed record DistributorPage(IReadOnlyList<DistributorRow> Rows, DistributorCursor? Next);

/// <param name="Customers">As in <see cref="DistributorRow"/>.</param>
public sealed record DistributorAnswer(Guid Id, string Name, string Code, Contact Contact, int Customers, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt);

/// <summary>The distributors of an operator.</summary>
public static class DistributorList
{
    public const int PageRows = 50;

    public static async Task<Outcome<DistributorPage>> Read(Question q, DistributorFilter filter, string? search, DistributorCursor? after)
    {
        ArgumentNullException.ThrowIfNull(q);
        var found = q.Db.Distributors.AsNoTracking().Where(d => d.Account!.ParentId == q.AccountId && (d.Account.DeletedAt != null) == (filter == DistributorFilter.Deleted));
        if (!string.IsNullOrWhiteSpace(search))
        {
            var sought = Folding.Fold(search);
            found = found.Where(d => d.Account!.SortName.CompareTo(sought) >= 0 && d.Account.SortName.CompareTo(sought + "\uffff") < 0);
        }
        if (after is not null)
            found = found.Where(d => d.Account!.SortName.CompareTo(after.SortName) > 0 || (d.Account.SortName == after.SortName && d.AccountId.CompareTo(after.Id) > 0));
        var rows = await found.OrderBy(d => d.Account!.SortName).ThenBy(d => d.AccountId).Take(PageRows + 1).Select(d => new DistributorRow(
            d.AccountId, d.Account!.Name, d.Code, d.Contact.City,
            q.Db.Accounts.Where(a => a.ParentId == d.AccountId && a.DeletedAt == null).Take(CustomerList.CountMax + 1).Count(),
            d.Account.CreatedAt, d.Account.DeletedAt, d.Account.SortName)).ToListAsync(q.Cancel);
        var more = rows.Count > PageRows;
        if (more)
            rows.RemoveAt(PageRows);
        return new DistributorPage(rows, more ? new(rows[^1].SortName, rows[^1].Id) : null);
    }

    public static async Task<Outcome<DistributorAnswer>> One(Question q, Guid id)
    {
        ArgumentNullException.ThrowIfNull(q);
        var found = await q.Db.Distributors.AsNoTracking().Where(d => d.AccountId == id && d.Account!.ParentId == q.AccountId).Select(d => new DistributorAnswer(
            d.AccountId, d.Account!.Name, d.Code, d.Contact, q.Db.Accounts.Where(a => a.ParentId == d.AccountId && a.DeletedAt == null).Take(CustomerList.CountMax + 1).Count(),
            d.Account.CreatedAt, d.Account.DeletedAt)).SingleOrDefaultAsync(q.Cancel);
        return found is null ? Refusal.NotFound : found;
    }
}
