namespace Latchkey.Server.Administrators;

public enum LinkPurpose
{
    /// <summary>A new administrator chooses how to sign in.</summary>
    Invitation,

    /// <summary>An administrator who can't sign in any more chooses a new password.</summary>
    NewPassword,
}

/// <summary>
/// What a mailed link carries in its fragment: a secret that works once. Only its hash is kept; to open the link uses nothing up, since mail
/// programs open links, too.
/// </summary>
public sealed class AdministratorLink
{
    public const int InvitationLifeDays = 7;
    public const int NewPasswordLifeMinutes = 60;

    /// <summary>Past its end.</summary>
    public const int KeptDays = 30;

    public required byte[] Hash { get; init; }
    public required LinkPurpose Purpose { get; init; }
    public required Guid AdministratorId { get; init; }

    /// <summary>The place it is for: once that is deleted, the link is over.</summary>
    public required Guid AccountId { get; init; }

    public required Guid MembershipId { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}
