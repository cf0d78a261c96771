using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
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

/// <summary>Where the next page begins: behind this name and id.</summary>
public sealed record UserCursor(string SortName, Guid Id);

public sealed record UserPage(UserRow[] Rows, UserCursor? Next);

/// <summary>The list of users, a page at a time by keyset, and the counts on its pills.</summary>
static class UserList
{
    public const int PageRows = 50;

    public static async Task<Outcome<UserPage>> Read(Question q, UserFilter filter, string? search, UserCursor? after)
    {
        var users = Of(q, filter);
        if (!string.IsNullOrWhiteSpace(search))
            users = Matching(users, search);
        if (after is not null)
            users = users.Where(u => u.SortName.CompareTo(after.SortName) > 0 || (u.SortName == after.SortName && u.Id.CompareTo(after.Id) > 0));
        var page = await users.OrderBy(u => u.SortName).ThenBy(u => u.Id).Take(PageRows + 1).ToListAsync(q.Cancel);
        var more = page.Count > PageRows;
        if (more)
            page.RemoveAt(PageRows);

        var ids = page.ConvertAll(u => u.Id);
        var keys = (await q.Db.MobileKeys.AsNoTracking().Include(k => k.Device)
            .Where(k => k.CustomerId == q.AccountId && ids.Contains(k.UserId)).ToListAsync(q.Cancel)).ToLookup(k => k.UserId);
        var levels = (await q.Db.UserAccessLevels.AsNoTracking().Where(l => l.CustomerId == q.AccountId && ids.Contains(l.UserId))
            .OrderBy(l => l.Level!.Number).Select(l => new { l.UserId, l.Level!.Name }).ToListAsync(q.Cancel)).ToLookup(l => l.UserId, l => l.Name);
        return new UserPage(
            [.. page.Select(u => Row(u, keys[u.Id], levels[u.Id], q.Now))],
            more ? new(page[^1].SortName, page[^1].Id) : null);
    }

    public static async Task<Outcome<Dictionary<UserFilter, int>>> Count(Question q)
    {
        var counts = new Dictionary<UserFilter, int>();
        foreach (var filter in Enum.GetValues<UserFilter>())
            counts[filter] = await Of(q, filter).CountAsync(q.Cancel);
        return counts;
    }

    /// <summary>Every word typed begins a word of name, address or User ID.</summary>
    internal static IQueryable<User> Matching(IQueryable<User> users, string search)
    {
        // No name holds a control character, and PostgreSQL takes no question with U+0000.
        if (!PlainText.IsPlain(search.Trim()))
            return users.Where(_ => false);
        foreach (var word in search.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(WordsMax))
        {
            var pattern = Folding.WordPattern(word);
            users = users.Where(u => EF.Functions.Like(u.SearchText, pattern, "\\"));
        }
        return users;
    }

    const int WordsMax = 5;

    static IQueryable<User> Of(Question q, UserFilter filter)
    {
        var now = q.Now;
        var users = q.Db.Users.AsNoTracking().Where(u => u.CustomerId == q.AccountId);
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
