namespace Latchkey.Server.Readers;

public enum ReaderState
{
    /// <summary>Paired and in use.</summary>
    InService,

    /// <summary>Opens for nobody until it is put back.</summary>
    OutOfService,
    Deleted,
}

/// <summary>Ways a reader may be asked to open.</summary>
[Flags]
public enum Ways
{
    None = 0,
    Bluetooth = 1,
    Internet = 2,
    Qr = 4,
    Pass = 8,
    Nfc = 16,
    Badge = 32,
    Pin = 64,
    Console = 128,
}

public enum Presentation
{
    Present,
    Touch,
    LongRange,
}

public enum SecondFactor
{
    None,
    PhoneUnlocked,
}

/// <summary>The device at one access point, with its unlock output.</summary>
public sealed class Reader
{
    public const int NameCharsMax = 60;
    public const int ReaderIdCharsMax = 8;
    public const int UnlockSecondsMax = 255;

    /// <summary>Renewed over the link at half of it.</summary>
    public static readonly TimeSpan CertificateLife = TimeSpan.FromDays(365);

    public required Guid CustomerId { get; init; }

    /// <summary>The reader identifier on the wire, big-endian.</summary>
    public required Guid Id { get; init; }

    /// <summary>Reader ID: short and readable, made from the reader's key; also its advertised Bluetooth name.</summary>
    public required string ReaderId { get; init; }

    public required string Name { get; set; }

    /// <summary>Compressed P-256 point (33 bytes).</summary>
    public required byte[] PublicKey { get; init; }

    public byte[]? Certificate { get; set; }
    public DateTimeOffset? CertificateEndsAt { get; set; }
    public ReaderState State { get; set; } = ReaderState.InService;
    public int UnlockSeconds { get; set; } = 5;
    public int LongUnlockSeconds { get; set; } = 20;
    public Ways Ways { get; set; } = Ways.Bluetooth | Ways.Internet | Ways.Console;
    public Presentation Presentation { get; set; } = Presentation.Present;
    public SecondFactor SecondFactor { get; set; } = SecondFactor.None;

    /// <summary>10, 40, 70 or 100 percent.</summary>
    public int RangePercent { get; set; } = 100;

    public bool OneTap { get; set; }
    public int OfflineUses { get; set; }
    public bool Led { get; set; } = true;
    public bool Buzzer { get; set; } = true;

    /// <summary>Where the reader's virtual radio listens, as it last said; only demo and test readers have one.</summary>
    public string? RadioAddress { get; set; }

    public string? Mac { get; set; }
    public string? Software { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastContactAt { get; set; }

    /// <summary>Since when it has held its link; null once the link has ended.</summary>
    public DateTimeOffset? LinkedSince { get; set; }

    public bool? ClockTrusted { get; set; }
    public int EventsWaiting { get; set; }

    /// <summary>From this moment the reader is on the revocation list that phones carry; its identifier is never used again.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Feed sequence of the deletion: until the reader has acknowledged it, it goes on by the rules it has.</summary>
    public long? DeletedSeq { get; set; }

    /// <summary>
    /// When a deleted reader has stopped opening even if it never hears of it: every document given out before has died, or
    /// its certificate has. Phones with later documents refuse it.
    /// </summary>
    public DateTimeOffset? OpensUntil { get; set; }
}

public enum PairingState
{
    /// <summary>The code waits for a reader.</summary>
    Open,

    /// <summary>A reader has shown its key; an administrator compares the fingerprint.</summary>
    Asked,
    Confirmed,
    Refused,
}

/// <summary>One pairing of one reader: made in the console, answered by the reader, confirmed by an administrator.</summary>
public sealed class ReaderPairing
{
    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(10);

    /// <summary>How long a confirmed reader may still come for its answer.</summary>
    public static readonly TimeSpan AnswerLife = TimeSpan.FromHours(1);

    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required byte[] CodeHash { get; init; }

    /// <summary>Hash of the 128-bit secret under which the reader asks how its pairing stands.</summary>
    public byte[]? SecretHash { get; set; }

    /// <summary>
    /// The canonical code, sealed, from the moment it is spent until the reader has its answer: the answer's MAC runs over
    /// it. A spent code selects nothing any more.
    /// </summary>
    public byte[]? CodeSealed { get; set; }

    /// <summary>The name the administrator wants; null takes the one the reader brings.</summary>
    public string? Name { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public PairingState State { get; set; } = PairingState.Open;
    public byte[]? PublicKey { get; set; }
    public string? ReaderName { get; set; }
    public string? Software { get; set; }
    public Guid? ReaderId { get; set; }
    public DateTimeOffset? AskedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
}
