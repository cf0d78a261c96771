namespace Latchkey.Server.Audit;

/// <summary>What the last look at a whole chain found.</summary>
public sealed class AuditVerdict
{
    public required Guid AccountId { get; init; }
    public DateTimeOffset At { get; set; }

    /// <summary>When the first entry was written; null while there is none.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>The last entry that was looked at.</summary>
    public long Seq { get; set; }

    /// <summary>The first finding; null is that the chain is whole.</summary>
    public AuditFault? Fault { get; set; }

    /// <summary>Where it was found.</summary>
    public long? FaultSeq { get; set; }
}
