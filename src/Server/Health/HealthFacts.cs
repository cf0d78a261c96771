namespace Latchkey.Server.Health;

public enum MailWay
{
    None,

    /// <summary>The demo's mailbox.</summary>
    Kept,
    Server,
}

/// <summary>What was measured, before anybody judges it.</summary>
public sealed record HealthFacts
{
    public required DateTimeOffset Now { get; init; }

    public required Uri Origin { get; init; }

    /// <summary>What the server heard when it asked its own public address; null is its own answer.</summary>
    public string? OriginFault { get; init; }

    /// <summary>Of the certificate that the public address shows; null is unknown or none.</summary>
    public DateTimeOffset? CertificateEndsAt { get; init; }

    public bool BehindProxy { get; init; }

    public MailWay Mail { get; init; }

    /// <summary>Host and port.</summary>
    public string MailServer { get; init; } = "";

    /// <summary>How far this clock is before that of the database's machine; null where they are the same one.</summary>
    public TimeSpan? AheadOfStore { get; init; }

    /// <summary>What the system says of its clock; null where it says nothing.</summary>
    public bool? ClockSynchronized { get; init; }

    public bool IsSqlite { get; init; }
    public string EngineVersion { get; init; } = "";
    public long DatabaseBytes { get; init; }
    public int Replicas { get; init; } = 1;

    public string DataFolder { get; init; } = "";
    public long FreeBytes { get; init; }

    /// <summary>Others may read it.</summary>
    public bool DataOpen { get; init; }

    public DateTimeOffset? BackupAt { get; init; }

    /// <summary>Mails that wait to be sent, those held up among them.</summary>
    public int MailsWaiting { get; init; }
    public int MailsHeldUp { get; init; }

    /// <summary>When the oldest of those was made that wait for their first try.</summary>
    public DateTimeOffset? OldestMailAt { get; init; }

    public int Readers { get; init; }
    public int ReadersLinked { get; init; }

    public int Chains { get; init; }
    public int ChainsBroken { get; init; }
}
