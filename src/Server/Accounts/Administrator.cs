using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace Latchkey.Server.Accounts;

/// <summary>A person who signs in to the console; never called a user.</summary>
public sealed class Administrator : IdentityUser<Guid>
{
    public required string Name { get; set; }
    public string Language { get; set; } = "en";
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null is never.</summary>
    public DateTimeOffset? LastSignInAt { get; set; }
}

public enum Role
{
    /// <summary>Sees everything of the account and changes nothing.</summary>
    Auditor,

    /// <summary>Sees everything, and opens doors from the console.</summary>
    DoorOperator,

    /// <summary>Users, keys, readers and access levels; of a distributor also its customers and their credits.</summary>
    KeyManager,

    /// <summary>All of it, administrators and API tokens included.</summary>
    Owner,
}

/// <summary>
/// An administrator's place in one account. A role in an account reaches every account below it. A deleted one stays listed and never
/// lives again: the same person gets a new one.
/// </summary>
public sealed class Membership
{
    public required Guid AccountId { get; init; }
    public required Guid Id { get; init; }
    public required Guid AdministratorId { get; init; }
    public required Role Role { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while an invitation waits for the person: until then it gives no right.</summary>
    public DateTimeOffset? AcceptedAt { get; set; }

    /// <summary>Exclusive end of the right; null is without end.</summary>
    public DateTimeOffset? EndsAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
    public Account? Account { get; init; }
    public Administrator? Administrator { get; init; }
}

public static class StandingMemberships
{
    /// <summary>Those that give their role now.</summary>
    public static IQueryable<Membership> Standing(this IQueryable<Membership> memberships, DateTimeOffset now) =>
        memberships.Where(m => m.AcceptedAt != null && m.DeletedAt == null && (m.EndsAt == null || m.EndsAt > now));
}

/// <summary>One sign-in of an administrator. Ending it ends it everywhere, open console circuits included.</summary>
public sealed class Session
{
    public const int LifeHours = 12;

    /// <summary>Of the browser's name, and of the address.</summary>
    public const int OriginCharsMax = 60;

    public required Guid Id { get; init; }
    public required Guid AdministratorId { get; init; }

    /// <summary>As <see cref="Administrators.Browsers"/> names it; null is one it does not know.</summary>
    public string? Browser { get; init; }

    /// <summary>The IP address it was begun from; null is unknown.</summary>
    public string? Address { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }

    public static Session Begin(Guid administratorId, DateTimeOffset now, string? browser = null, string? address = null) => new()
    {
        Id = new Guid(RandomNumberGenerator.GetBytes(16)),
        AdministratorId = administratorId,
        Browser = browser,
        Address = address,
        StartedAt = now,
        EndsAt = now.AddHours(LifeHours),
    };
}

/// <summary>A bearer token of the REST API, shown once; only its hash is kept.</summary>
public sealed class ApiToken
{
    public const int NameCharsMax = 80;

    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required byte[] Hash { get; init; }
    public required Role Role { get; init; }
    public required Guid CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Exclusive end; null is without end.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>To the minute: see <see cref="BearerTokens.UsedNotedEach"/>.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public ApiTokenState StateAt(DateTimeOffset now) =>
        RevokedAt is not null ? ApiTokenState.Revoked : EndsAt <= now ? ApiTokenState.Ended : ApiTokenState.Active;
}
