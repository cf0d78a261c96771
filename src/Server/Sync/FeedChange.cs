namespace Latchkey.Server.Sync;

/// <summary>What a feed change is about; with <see cref="FeedChange.SubjectId"/> it says whose part of the bundle to make anew.</summary>
public enum ChangeKind
{
    /// <summary>A mobile key's status or lowest good serial (subject: the mobile key).</summary>
    Key,

    /// <summary>An access level's readers or schedule (subject: the level).</summary>
    Level,

    /// <summary>A reader's own settings or state (subject: the reader).</summary>
    Reader,

    /// <summary>Settings of the whole site: signing keys, offline policy, posture.</summary>
    Site,
}

/// <summary>One step of a site's feed, written in the transaction of the act that made it.</summary>
public sealed class FeedChange
{
    public required Guid CustomerId { get; init; }

    /// <summary>Gapless within the customer: taken from the counter row under its lock.</summary>
    public required long Seq { get; init; }

    public required ChangeKind Kind { get; init; }
    public required Guid SubjectId { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>The counter row of a site's feed.</summary>
public sealed class FeedCounter
{
    public required Guid CustomerId { get; init; }
    public long Epoch { get; set; } = 1;
    public long Seq { get; set; }

    /// <summary>
    /// Sequence of the site's newest status list; 0 before the first change of a key. Never below the second of that change,
    /// so a store put back from a backup numbers above the lists it forgot.
    /// </summary>
    public long StatusSequence { get; set; }
}

/// <summary>What one reader has been sent and has acknowledged.</summary>
public sealed class ReaderStatement
{
    public const int RefusalCharsMax = 40;

    public required Guid CustomerId { get; init; }
    public required Guid ReaderId { get; init; }
    public long SentEpoch { get; set; }
    public long SentSeq { get; set; }
    public DateTimeOffset? SentIssuedAt { get; set; }

    /// <summary>SHA-256 of the newest statement sent.</summary>
    public byte[]? SentHash { get; set; }

    /// <summary>The reader's whole bundle after the newest statement sent.</summary>
    public byte[]? SentBundle { get; set; }

    public long AckedEpoch { get; set; }
    public long AckedSeq { get; set; }

    /// <summary>SHA-256 of the newest statement acknowledged: the next delta's <c>prev</c>.</summary>
    public byte[]? AckedHash { get; set; }

    /// <summary>The whole bundle that the reader acknowledged: the next delta is made from it.</summary>
    public byte[]? AckedBundle { get; set; }

    public DateTimeOffset? AckedAt { get; set; }

    /// <summary>Why the reader did not apply the newest statement, in the word of the specification; null once one was applied.</summary>
    public string? Refusal { get; set; }

    /// <summary>A deleted reader knows that it is, or was never told anything that it could go on by.</summary>
    public bool Told(long deletedSeq) => AckedSeq >= deletedSeq || SentSeq == 0;
}

/// <summary>A challenge that opened a door, or tried to: kept until it would have died anyway, so that it can't be used again.</summary>
public sealed class SpentNonce
{
    public required Guid CustomerId { get; init; }
    public required byte[] Nonce { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
}
