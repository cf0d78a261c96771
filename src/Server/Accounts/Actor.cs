using System.Security.Claims;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

public enum ActorKind
{
    Administrator,
    ApiToken,

    /// <summary>The server itself, or a phone or reader that has proved itself by its key.</summary>
    Machine,
}

/// <summary>
/// Who acts, as the request or circuit claims. It carries no right: each act asks the store whether the session still
/// stands and which role it gives, because a console circuit outlives a session that was ended elsewhere.
/// </summary>
/// <param name="Kind">What acts.</param>
/// <param name="Id">Administrator or API token.</param>
/// <param name="Stamp">The administrator's security stamp at sign-in; the customer of an API token.</param>
public sealed record Actor(ActorKind Kind, Guid Id, string Stamp)
{
    public const string SessionClaim = "latchkey.session";
    public const string StampClaim = "latchkey.stamp";
    public const string TokenClaim = "latchkey.token";
    public const string TokenCustomerClaim = "latchkey.token.customer";

    /// <summary>The administrator's sign-in.</summary>
    public Guid Session { get; init; }

    /// <summary>Nobody: every act refuses with signed out.</summary>
    public static readonly Actor Nobody = new(ActorKind.Administrator, Guid.Empty, "");

    public static Actor From(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (Guid.TryParse(principal.FindFirstValue(TokenClaim), out var token)
            && principal.FindFirstValue(TokenCustomerClaim) is { } customer)
            return new(ActorKind.ApiToken, token, customer);
        return Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var administrator)
            && Guid.TryParse(principal.FindFirstValue(SessionClaim), out var session)
            && principal.FindFirstValue(StampClaim) is { } stamp
                ? new(ActorKind.Administrator, administrator, stamp) { Session = session }
                : Nobody;
    }

    /// <summary>The actor as the store knows it now, or null when its session no longer stands.</summary>
    internal async Task<Standing?> Resolve(Db db, Guid accountId, DateTimeOffset now, CancellationToken cancel)
    {
        switch (Kind)
        {
            case ActorKind.Administrator:
                return await NameInSession(db, now, cancel) is { } name ? await RoleOf(db, name, accountId, now, cancel) : null;
            case ActorKind.ApiToken:
                var customer = Guid.TryParse(Stamp, out var id) ? id : Guid.Empty;
                var token = await db.ApiTokens.AsNoTracking()
                    .Where(t => t.CustomerId == customer && t.Id == Id && t.RevokedAt == null && (t.EndsAt == null || t.EndsAt > now))
                    .Select(t => new { t.Name, t.Role }).SingleOrDefaultAsync(cancel);
                if (token is null)
                    return null;
                var lives = customer == accountId && await AccountPath(db, accountId, cancel) is { Count: > 0 };
                return new(token.Name, lives ? token.Role : null);
            case ActorKind.Machine:
            default:
                throw new InvalidOperationException("A machine has acts of its own.");
        }
    }

    /// <summary>The administrator's name while this session stands, else null.</summary>
    internal Task<string?> NameInSession(Db db, DateTimeOffset now, CancellationToken cancel) => db.Administrators.AsNoTracking()
        .Where(a => a.Id == Id && a.SecurityStamp == Stamp)
        .Where(a => db.Sessions.Any(s => s.Id == Session && s.AdministratorId == a.Id && s.EndedAt == null && s.EndsAt > now))
        .Select(a => a.Name).SingleOrDefaultAsync(cancel);

    /// <summary>The network address that this sign-in was begun from; null is unknown.</summary>
    internal Task<string?> AddressIn(Db db, CancellationToken cancel) =>
        db.Sessions.AsNoTracking().Where(s => s.Id == Session).Select(s => s.Address).SingleOrDefaultAsync(cancel);

    // The highest role in the account or in any account above it, as far as a customer lets those above it in. None where one of them is deleted or the
    // account is not there.
    async Task<Standing> RoleOf(Db db, string name, Guid accountId, DateTimeOffset now, CancellationToken cancel)
    {
        var path = await AccountPath(db, accountId, cancel);
        var places = await db.Memberships.AsNoTracking().Standing(now)
            .Where(m => m.AdministratorId == Id && path.Contains(m.AccountId))
            .Select(m => new { m.AccountId, m.Role, m.Account!.Name }).ToListAsync(cancel);
        var own = places.Find(p => p.AccountId == accountId);
        // The nearest account above in whose name the administrator comes, where several give the same role.
        var above = places.Where(p => p.AccountId != accountId).OrderByDescending(p => p.Role).ThenBy(p => path.IndexOf(p.AccountId)).FirstOrDefault();
        if (above is null || own?.Role >= above.Role)
            return new(name, own?.Role);
        var access = await db.Customers.Where(c => c.AccountId == accountId).Select(c => (DistributorAccess?)c.DistributorAccess).SingleOrDefaultAsync(cancel);
        Role? let = access switch
        {
            null or DistributorAccess.Full => above.Role,
            // Never an owner: a glass is whole again after hours, and must leave no administrator and no token behind.
            _ when await db.BrokenGlasses.Standing(accountId, Id, now).AnyAsync(cancel) => Min(above.Role, Role.KeyManager),
            DistributorAccess.ViewOnly => Role.Auditor,
            _ => null,
        };
        return let is null || own?.Role >= let ? new(name, own?.Role) : new(name, let) { Through = new(above.AccountId, above.Name) };
    }

    static Role Min(Role one, Role other) => one < other ? one : other;

    /// <summary>The account and those above it; empty when one of them is deleted or the account does not exist.</summary>
    internal static async Task<List<Guid>> AccountPath(Db db, Guid accountId, CancellationToken cancel)
    {
        // The tree has three levels and no more (AccountKind), so one question finds the whole path.
        var found = await (
            from account in db.Accounts
            where account.Id == accountId
            from parent in db.Accounts.Where(p => p.Id == account.ParentId).DefaultIfEmpty()
            from top in db.Accounts.Where(t => t.Id == parent!.ParentId).DefaultIfEmpty()
            select new
            {
                ParentId = (Guid?)parent!.Id,
                TopId = (Guid?)top!.Id,
                Deleted = account.DeletedAt != null || parent.DeletedAt != null || top.DeletedAt != null,
            }).SingleOrDefaultAsync(cancel);
        return found is null or { Deleted: true }
            ? []
            : [.. new[] { accountId, found.ParentId, found.TopId }.OfType<Guid>()];
    }
}

/// <summary>An actor whose session stands. Without a role the account is, to it, not there.</summary>
sealed record Standing(string Name, Role? Role)
{
    /// <summary>The account above, in whose name the actor has come; null for one of the account itself.</summary>
    public Above? Through { get; init; }

    /// <summary>The network address of the sign-in; null is unknown.</summary>
    public string? From { get; init; }
}

/// <summary>An account above the one that is acted in.</summary>
public sealed record Above(Guid AccountId, string Name);
