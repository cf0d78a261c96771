namespace Latchkey.Server.Health;

/// <summary>What mobile access needs, in the order in which somebody sets it up.</summary>
public enum HealthPart
{
    Address,
    Certificate,
    Mail,
    Clock,
    Store,
    DataFolder,
    Backup,
    Outbox,
    Readers,
    Replicas,
    Audit,
}

public enum HealthState
{
    Good,

    /// <summary>It works, and somebody should look.</summary>
    Attention,

    /// <summary>Something does not work.</summary>
    Bad,

    /// <summary>The server can't know.</summary>
    Unknown,
}

/// <summary>Everything that the health page can say, each with a sentence of its own.</summary>
public enum HealthFinding
{
    AddressReached,
    AddressOnlyHere,
    AddressUnreachable,
    CertificateGood,
    CertificateAtProxy,
    CertificateEndsSoon,
    CertificateOver,
    CertificateUnknown,
    CertificateNone,
    MailServer,
    MailKept,
    MailNone,
    ClockSynchronized,
    ClockNotSynchronized,
    ClockOff,
    ClockUnknown,
    StoreSqlite,
    StorePostgres,
    DataGood,
    DataLittle,
    DataFull,
    DataOpen,
    BackupFresh,
    BackupOld,
    BackupNever,
    BackupByTools,
    OutboxGood,
    OutboxHeldUp,
    OutboxStuck,
    ReadersNone,
    ReadersLinked,
    ReadersAway,
    ReplicaAlone,
    ReplicasLinked,
    AuditWhole,
    AuditBroken,
}

/// <summary>One line of the health page.</summary>
/// <param name="Values">For the sentence's holes; a moment is said in the reader's zone, bytes and counts in the reader's language.</param>
/// <param name="Mend">The setting or command by which it is mended; null is none.</param>
/// <param name="Chapter">Of the operator's guide.</param>
public sealed record HealthLine(HealthPart Part, HealthState State, HealthFinding Finding, IReadOnlyList<object> Values, string? Mend, string Chapter);

/// <summary>A number of bytes, told apart from other numbers for being said.</summary>
public readonly record struct Bytes(long Count);
