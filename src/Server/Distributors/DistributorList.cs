using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Distributors;

public enum DistributorFilter
{
    /// <summary>All but deleted.</summary>
    All,
    Deleted,
}

/// <param name="Customers">That are not deleted.</param>
public sealed record DistributorRow(Guid Id, string Name, string Code, string? City, Counted Customers, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt);

/// <param name="Next">Where to go on; a page may be short, even empty, and still have it.</param>
public sealed record DistributorPage(IReadOnlyList<DistributorRow> Rows, ListCursor? Next);

/// <param name="Customers">That are not deleted.</param>
/// <param name="CreditsCounted">Whether the keys of its customers take credits.</param>
public sealed record DistributorAnswer(
    Guid Id, string Name, string Code, Contact Contact, Counted Customers, bool CreditsCounted, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt);

/// <summary>The distributors of an operator.</summary>
public static class DistributorList
{
    public const int PageRows = 50;

    public static async Task<Outcome<DistributorPage>> Read(Question q, DistributorFilter filter, string? search, ListCursor? after)
    {
        ArgumentNullException.ThrowIfNull(q);
        var own = q.Db.Accounts.AsNoTracking().Where(a => a.ParentId == q.AccountId);
        var page = await Listing.Page(
            q.Db, SearchKind.Account, q.AccountId, own, accounts => accounts.Where(a => (a.DeletedAt != null) == (filter == DistributorFilter.Deleted)), search, after,
            PageRows, q.Cancel, filter == DistributorFilter.All ? null : own.Where(a => a.DeletedAt != null).Select(a => a.Id));
        var ids = page.Rows.Select(a => a.Id).ToList();
        var details = await q.Db.Distributors.AsNoTracking().Where(d => ids.Contains(d.AccountId)).ToDictionaryAsync(d => d.AccountId, q.Cancel);
        var rows = new List<DistributorRow>();
        foreach (var account in page.Rows)
        {
            var of = details[account.Id];
            rows.Add(new(account.Id, account.Name, of.Code, of.Contact.City, await Customers(q, account.Id), account.CreatedAt, account.DeletedAt));
        }
        return new DistributorPage(rows, page.Next);
    }

    static Task<Counted> Customers(Question q, Guid distributorId) => Counted.Of(q.Db.Accounts.Where(a => a.ParentId == distributorId && a.DeletedAt == null), q.Cancel);

    public static async Task<Outcome<DistributorAnswer>> One(Question q, Guid id)
    {
        ArgumentNullException.ThrowIfNull(q);
        var found = await q.Db.Distributors.AsNoTracking().Include(d => d.Account).SingleOrDefaultAsync(d => d.AccountId == id && d.Account!.ParentId == q.AccountId, q.Cancel);
        return found is null
            ? Refusal.NotFound
            : new DistributorAnswer(id, found.Account!.Name, found.Code, found.Contact, await Customers(q, id), found.CreditsCounted, found.Account.CreatedAt, found.Account.DeletedAt);
    }
}
