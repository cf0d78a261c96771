using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>The pills above the list of users.</summary>
public enum UserFilter
{
    All,
    Active,
    Waiting,
    CodeExpired,
    Suspended,
    Revoking,
    Deleted,
}

/// <summary>One line of the list: the user and the key that says most about what works now.</summary>
public sealed record UserRow(
    int Number, string Name, string? Email, string? Device, Guid? KeyId, KeyState? Key, int KeyNumber, string Levels, DateTimeOffset? ValidTo,
    DateTimeOffset? LastOpenedAt, UserState State, string SortName, Guid Id);

/// <param name="Next">Where to go on; a page may be short, even empty, and still have it.</param>
public sealed record UserPage(UserRow[] Rows, ListCursor? Next);

/// <summary>The list of users, a page at a time by keyset, and the counts on its pills.</summary>
static class UserList
{
    public const int PageRows = 50;

    public static async Task<Outcome<UserPage>> Read(Question q, UserFilter filter, string? search, ListCursor? after)
    {
        var page = await Page(q, filter, search, after, PageRows);
        var ids = page.Rows.Select(u => u.Id).ToList();
        var keys = (await q.Db.MobileKeys.AsNoTracking().Include(k => k.Device)
            .Where(k => k.CustomerId == q.AccountId && ids.Contains(k.UserId)).ToListAsync(q.Cancel)).ToLookup(k => k.UserId);
        var levels = (await q.Db.UserAccessLevels.AsNoTracking().Where(l => l.CustomerId == q.AccountId && ids.Contains(l.UserId))
            .OrderBy(l => l.Level!.Number).Select(l => new { l.UserId, l.Level!.Name }).ToListAsync(q.Cancel)).ToLookup(l => l.UserId, l => l.Name);
        return new UserPage([.. page.Rows.Select(u => Row(u, keys[u.Id], levels[u.Id], q.Now))], page.Next);
    }

    /// <summary>The first few living users that a search finds.</summary>
    public static Task<ListPage<User>> First(Question q, string search, int rows) => Page(q, UserFilter.All, search, null, rows);

    /// <summary>How many users each pill shows, counted as far as one question looks.</summary>
    public static async Task<Outcome<Dictionary<UserFilter, Counted>>> Count(Question q)
    {
        var counts = new Dictionary<UserFilter, Counted>();
        foreach (var filter in Enum.GetValues<UserFilter>())
            counts[filter] = await Count(q, filter);
        return counts;
    }

    static Task<ListPage<User>> Page(Question q, UserFilter filter, string? search, ListCursor? after, int rows) => Listing.Page(
        q.Db, SearchKind.User, q.AccountId, q.Db.Users.AsNoTracking().Where(u => u.CustomerId == q.AccountId), users => Fitting(users, filter, q.Now),
        search, after, rows, q.Cancel, filter is UserFilter.All or UserFilter.Active ? null : Told(q, filter).Select(t => t.UserId));

    static IQueryable<User> Fitting(IQueryable<User> users, UserFilter filter, DateTimeOffset now)
    {
        var living = users.Where(u => u.State != UserState.Deleted);
        return filter switch
        {
            UserFilter.All => living,
            UserFilter.Active => living.Where(u => u.State == UserState.Active && u.Keys.Any(k => k.State == KeyState.Active && (k.ValidTo == null || k.ValidTo > now))),
            UserFilter.Waiting => living.Where(
                u => u.Keys.Any(k => k.State == KeyState.Invited && (k.ValidTo == null || k.ValidTo > now) && k.InvitationEndsAt > now)),
            UserFilter.CodeExpired => living.Where(
                u => u.Keys.Any(k => k.State == KeyState.Invited && (k.ValidTo == null || k.ValidTo > now) && k.InvitationEndsAt <= now)),
            UserFilter.Suspended => living.Where(u => u.State == UserState.Suspended || u.Keys.Any(k => k.State == KeyState.Suspended)),
            UserFilter.Revoking => living.Where(u => u.Keys.Any(k => k.State == KeyState.Revoking)),
            UserFilter.Deleted => users.Where(u => u.State == UserState.Deleted),
        };
    }

    // What an index tells of who may fit: all that do, and some that a closer look leaves out.
    static IQueryable<Hinted> Told(Question q, UserFilter filter)
    {
        var users = q.Db.Users.AsNoTracking().Where(u => u.CustomerId == q.AccountId);
        var keys = q.Db.MobileKeys.AsNoTracking().Where(k => k.CustomerId == q.AccountId);
        IQueryable<Hinted> Users(UserState state) => users.Where(u => u.State == state).Select(u => new Hinted { UserId = u.Id });
        IQueryable<Hinted> Keys(KeyState state) => keys.Where(k => k.State == state).Select(k => new Hinted { UserId = k.UserId });
        return filter switch
        {
            UserFilter.All => Users(UserState.Active).Concat(Users(UserState.Suspended)),
            UserFilter.Active => Keys(KeyState.Active),
            UserFilter.Waiting => keys.Where(k => k.State == KeyState.Invited && k.InvitationEndsAt > q.Now).Select(k => new Hinted { UserId = k.UserId }),
            UserFilter.CodeExpired => keys.Where(k => k.State == KeyState.Invited && k.InvitationEndsAt <= q.Now).Select(k => new Hinted { UserId = k.UserId }),
            UserFilter.Suspended => Users(UserState.Suspended).Concat(Keys(KeyState.Suspended)),
            UserFilter.Revoking => Keys(KeyState.Revoking),
            UserFilter.Deleted => Users(UserState.Deleted),
        };
    }

    sealed class Hinted
    {
        public required Guid UserId { get; init; }
    }

    // Exact while few may fit; beyond, so many of those that an index tells of.
    static async Task<Counted> Count(Question q, UserFilter filter)
    {
        if (filter is UserFilter.All or UserFilter.Deleted)
            return await Counted.Of(Told(q, filter), q.Cancel);
        var told = await Told(q, filter).Select(t => t.UserId).Take(Counted.LookedMax + 1).ToListAsync(q.Cancel);
        var ids = told.Distinct().ToList();
        return told.Count == 0
            ? new(0)
            : new(
                await Fitting(Listing.Among(q.Db, q.Db.Users.AsNoTracking().Where(u => u.CustomerId == q.AccountId), ids), filter, q.Now).CountAsync(q.Cancel),
                told.Count > Counted.LookedMax);
    }

    static UserRow Row(User user, IEnumerable<MobileKey> keys, IEnumerable<string> levels, DateTimeOffset now)
    {
        // What works now says most; then what waits; then what is on its way out; then what was.
        var key = keys.OrderBy(k => Weight(k.StateAt(now))).ThenByDescending(k => k.CreatedAt).FirstOrDefault();
        return new(
            user.Number, user.Name, user.Email, key?.Device?.Name, key?.Id, key?.StateAt(now), key?.KeyNumber ?? 0, string.Join(", ", levels), key?.ValidTo,
            user.LastOpenedAt, user.State, user.SortName, user.Id);
    }

    static int Weight(KeyState state) => state switch
    {
        KeyState.Active => 0,
        KeyState.Suspended => 1,
        KeyState.Invited => 2,
        KeyState.InviteExpired => 3,
        KeyState.Draft => 4,
        KeyState.Revoking => 5,
        KeyState.Revoked or KeyState.Expired or KeyState.Exhausted or KeyState.Replaced => 6,
        KeyState.DeletedByUser or KeyState.DeletedByAdmin => 7,
    };
}
