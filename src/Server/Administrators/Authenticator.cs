using Microsoft.AspNetCore.Identity;

namespace Latchkey.Server.Administrators;

/// <summary>An administrator's authenticator app: while there is one, a password alone signs nobody in.</summary>
public sealed class Authenticator
{
    public required Guid AdministratorId { get; init; }

    /// <summary>Sealed by the secret box under the purpose <c>authenticator</c>.</summary>
    public required byte[] SecretSealed { get; init; }

    /// <summary>The latest step whose code was used: it and those before it are used up.</summary>
    public required long LastStep { get; set; }

    public required DateTimeOffset AddedAt { get; init; }
}

/// <summary>What takes the place of the authenticator app when it is lost; each works once, and only a keyed hash is kept.</summary>
public sealed class RecoveryCode
{
    public required Guid AdministratorId { get; init; }
    public required byte[] Hash { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A passkey of an administrator, as ASP.NET Core Identity keeps it.</summary>
public sealed class Passkey : IdentityUserPasskey<Guid>
{
    public const int NameCharsMax = 60;

    /// <summary>More than anybody has devices.</summary>
    public const int EachMax = 20;

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A challenge that a passkey has answered: the same answer signs in once.</summary>
public sealed class SpentChallenge
{
    public required byte[] Hash { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
}
