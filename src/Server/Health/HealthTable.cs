using static Latchkey.Server.Health.HealthFinding;

namespace Latchkey.Server.Health;

/// <summary>Judges what was measured. Pure: a table with its limits.</summary>
public static class HealthTable
{
    public const int CertificateDaysLeftMin = 21;
    public const int BackupDaysMax = 7;
    public const int MailMinutesMax = 10;
    public const int ClockSecondsMax = 2;
    public const long FreeBytesMin = 512L * 1024 * 1024;
    public const long FreeBytesGood = 2L * 1024 * 1024 * 1024;

    /// <summary>A line for each part, in their order.</summary>
    public static IReadOnlyList<HealthLine> Judge(HealthFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return
        [
            Address(facts), Certificate(facts), Mail(facts), Clock(facts), Store(facts), Data(facts), Backup(facts), Outbox(facts), Readers(facts), Replicas(facts),
            Audit(facts),
        ];
    }

    /// <summary>Where each finding stands and by what it is mended.</summary>
    public static (HealthPart Part, HealthState State, string? Mend, string Chapter) Of(HealthFinding finding) => finding switch
    {
        AddressReached => (HealthPart.Address, HealthState.Good, "Latchkey:Origin", "start"),
        AddressOnlyHere => (HealthPart.Address, HealthState.Attention, "Latchkey:Origin", "start"),
        AddressUnreachable => (HealthPart.Address, HealthState.Bad, "Latchkey:Origin", "as-a-service"),
        CertificateGood => (HealthPart.Certificate, HealthState.Good, "Latchkey:Certificate", "as-a-service"),
        CertificateAtProxy => (HealthPart.Certificate, HealthState.Good, "Latchkey:Proxy", "as-a-service"),
        CertificateEndsSoon => (HealthPart.Certificate, HealthState.Attention, "Latchkey:Certificate", "as-a-service"),
        CertificateOver => (HealthPart.Certificate, HealthState.Bad, "Latchkey:Certificate", "as-a-service"),
        CertificateUnknown => (HealthPart.Certificate, HealthState.Unknown, "Latchkey:Certificate", "as-a-service"),
        CertificateNone => (HealthPart.Certificate, HealthState.Attention, "Latchkey:Certificate", "as-a-service"),
        MailServer => (HealthPart.Mail, HealthState.Good, "Latchkey:Smtp:Host", "start"),
        MailKept => (HealthPart.Mail, HealthState.Attention, "Latchkey:Mailbox", "start"),
        MailNone => (HealthPart.Mail, HealthState.Attention, "Latchkey:Smtp:Host", "start"),
        ClockSynchronized => (HealthPart.Clock, HealthState.Good, null, "health"),
        ClockNotSynchronized => (HealthPart.Clock, HealthState.Attention, "timedatectl set-ntp true", "health"),
        ClockOff => (HealthPart.Clock, HealthState.Bad, "timedatectl set-ntp true", "health"),
        ClockUnknown => (HealthPart.Clock, HealthState.Unknown, null, "health"),
        StoreSqlite or StorePostgres => (HealthPart.Store, HealthState.Good, "Latchkey:Database", "start"),
        DataGood => (HealthPart.DataFolder, HealthState.Good, "Latchkey:Data", "start"),
        DataLittle => (HealthPart.DataFolder, HealthState.Attention, "Latchkey:Data", "start"),
        DataFull => (HealthPart.DataFolder, HealthState.Bad, "Latchkey:Data", "start"),
        DataOpen => (HealthPart.DataFolder, HealthState.Attention, "Latchkey:Data", "start"),
        BackupFresh => (HealthPart.Backup, HealthState.Good, "latchkey backup", "what-to-back-up"),
        BackupOld or BackupNever => (HealthPart.Backup, HealthState.Attention, "latchkey backup", "what-to-back-up"),
        BackupByTools => (HealthPart.Backup, HealthState.Unknown, "pg_dump", "what-to-back-up"),
        OutboxGood => (HealthPart.Outbox, HealthState.Good, null, "health"),
        OutboxHeldUp => (HealthPart.Outbox, HealthState.Attention, "Latchkey:Smtp:Host", "health"),
        OutboxStuck => (HealthPart.Outbox, HealthState.Bad, "Latchkey:Smtp:Host", "health"),
        ReadersNone or ReadersLinked => (HealthPart.Readers, HealthState.Good, null, "health"),
        ReadersAway => (HealthPart.Readers, HealthState.Attention, null, "health"),
        ReplicaAlone or ReplicasLinked => (HealthPart.Replicas, HealthState.Good, "Latchkey:Database", "health"),
        AuditWhole => (HealthPart.Audit, HealthState.Good, "latchkey verify", "is-the-audit-whole"),
        AuditBroken => (HealthPart.Audit, HealthState.Bad, "latchkey verify", "is-the-audit-whole"),
    };

    static HealthLine Line(HealthFinding finding, params object[] values)
    {
        var (part, state, mend, chapter) = Of(finding);
        return new(part, state, finding, values, mend, chapter);
    }

    static HealthLine Address(HealthFacts f) =>
        f.OriginFault is { } fault ? Line(AddressUnreachable, f.Origin, fault) : Line(f.Origin.IsLoopback ? AddressOnlyHere : AddressReached, f.Origin);

    static HealthLine Certificate(HealthFacts f) => f switch
    {
        _ when f.Origin.Scheme != Uri.UriSchemeHttps => Line(CertificateNone),
        { CertificateEndsAt: null } => Line(CertificateUnknown),
        { CertificateEndsAt: { } over } when over <= f.Now => Line(CertificateOver, over),
        { CertificateEndsAt: { } soon } when soon < f.Now.AddDays(CertificateDaysLeftMin) => Line(CertificateEndsSoon, soon),
        { CertificateEndsAt: { } at } => Line(f.BehindProxy ? CertificateAtProxy : CertificateGood, at),
    };

    static HealthLine Mail(HealthFacts f) => f.Mail switch
    {
        MailWay.None => Line(MailNone),
        MailWay.Kept => Line(MailKept),
        MailWay.Server => Line(MailServer, f.MailServer),
    };

    static HealthLine Clock(HealthFacts f) => f switch
    {
        { AheadOfStore: { } ahead } when ahead.Duration() > TimeSpan.FromSeconds(ClockSecondsMax) => Line(ClockOff, (long)Math.Round(ahead.Duration().TotalSeconds)),
        { ClockSynchronized: true } => Line(ClockSynchronized),
        { ClockSynchronized: false } => Line(ClockNotSynchronized),
        _ => Line(ClockUnknown),
    };

    static HealthLine Store(HealthFacts f) => Line(f.IsSqlite ? StoreSqlite : StorePostgres, f.EngineVersion, new Bytes(f.DatabaseBytes));

    static HealthLine Data(HealthFacts f) =>
        f.FreeBytes < FreeBytesMin ? Line(DataFull, f.DataFolder, new Bytes(f.FreeBytes))
        : f.DataOpen ? Line(DataOpen, f.DataFolder)
        : Line(f.FreeBytes < FreeBytesGood ? DataLittle : DataGood, f.DataFolder, new Bytes(f.FreeBytes));

    static HealthLine Backup(HealthFacts f) => f switch
    {
        { IsSqlite: false } => Line(BackupByTools),
        { BackupAt: null } => Line(BackupNever),
        { BackupAt: { } at } => Line(at < f.Now.AddDays(-BackupDaysMax) ? BackupOld : BackupFresh, at),
    };

    static HealthLine Outbox(HealthFacts f) => f switch
    {
        { Mail: not MailWay.None, OldestMailAt: { } oldest } when oldest < f.Now.AddMinutes(-MailMinutesMax) => Line(OutboxStuck, f.MailsWaiting, oldest),
        { MailsHeldUp: > 0 } => Line(OutboxHeldUp, f.MailsHeldUp),
        _ => Line(OutboxGood, f.MailsWaiting),
    };

    static HealthLine Readers(HealthFacts f) =>
        f.Readers == 0 ? Line(ReadersNone) : Line(f.ReadersLinked < f.Readers ? ReadersAway : ReadersLinked, f.ReadersLinked, f.Readers);

    static HealthLine Replicas(HealthFacts f) => f.IsSqlite ? Line(ReplicaAlone) : Line(ReplicasLinked, f.Replicas);

    static HealthLine Audit(HealthFacts f) => f.ChainsBroken > 0 ? Line(AuditBroken, f.ChainsBroken, f.Chains) : Line(AuditWhole, f.Chains);
}
