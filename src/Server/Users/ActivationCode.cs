namespace Latchkey.Server.Users;

/// <summary>The single-use secret that binds a device to a mobile key. Only its HMAC under a server key is kept.</summary>
public sealed class ActivationCode
{
    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required Guid KeyId { get; init; }
    public required byte[] Hash { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Redeemed at this moment, by the device that the mobile key names.</summary>
    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>Stopped: a newer code took its place, or the invitation was withdrawn.</summary>
    public DateTimeOffset? StoppedAt { get; set; }

    /// <summary>When its holder last asked the administrators for a new one.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    public MobileKey? Key { get; init; }
}
