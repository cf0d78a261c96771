namespace Latchkey.Server.Audit;

/// <summary>
/// One line of an account's audit chain. The hash covers the salted digest of the payload, so that the chain would hold without payload and salt, and nobody could
/// guess the payload from what is left.
/// </summary>
public sealed class AuditEntry
{
    public required Guid AccountId { get; init; }
    public required long Seq { get; init; }
    public required DateTimeOffset At { get; init; }
    public required Guid ActorId { get; init; }
    public required string Act { get; init; }
    public Guid? SubjectId { get; init; }
    public byte[]? Salt { get; set; }

    /// <summary>JSON: who by name, to what, and what it said before and after. Never a secret.</summary>
    public string? Payload { get; set; }

    public required byte[] PayloadDigest { get; init; }
    public required byte[] PrevHash { get; init; }
    public required byte[] Hash { get; init; }
}

/// <summary>The end of an account's chain; its row is the lock that puts entries in order.</summary>
public sealed class AuditHead
{
    public required Guid AccountId { get; init; }
    public long Seq { get; set; }
    public required byte[] Hash { get; set; }

    /// <summary>The newest checkpoint; 0 is none.</summary>
    public long SignedSeq { get; set; }
}
