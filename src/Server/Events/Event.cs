namespace Latchkey.Server.Events;

/// <summary>One event of a reader's log, stored once. The decoded columns serve lists; header and payload are what was chained.</summary>
public sealed class Event
{
    public required Guid CustomerId { get; init; }
    public required Guid ReaderId { get; init; }

    /// <summary>Rises by one over all boots of the reader.</summary>
    public required long Seq { get; init; }

    public required long Boot { get; init; }
    public required byte[] Header { get; init; }

    /// <summary>Personal part with its salt; both go when the retention time has passed, the header keeps their digest.</summary>
    public byte[]? Payload { get; set; }

    public required byte[] Hash { get; init; }
    public required DateTimeOffset At { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Rises by one with each event of the customer as it is stored: the cursor of live views.</summary>
    public required long Arrival { get; init; }

    public required int Kind { get; init; }
    public int? Credential { get; init; }
    public int? Way { get; init; }
    public int? Reason { get; init; }
    public int? KeyNumber { get; init; }
    public Guid? KeyId { get; init; }
    public Guid? UserId { get; init; }
    public int? DurationMs { get; init; }
    public long? BundleSeq { get; init; }

    /// <summary>What only the server can add: a lost key was used, the reader had not heard yet, the replay disagreed.</summary>
    public EventAnnotation? Annotation { get; set; }
}

public enum EventAnnotation
{
    /// <summary>A key that was reported lost was used: alarm.</summary>
    Lost,

    /// <summary>It opened because the reader had not heard yet that the key was stopped.</summary>
    NotSynced,

    /// <summary>The replay of the decision came to another verdict: alarm.</summary>
    ReplayDiffers,
}

/// <summary>How many events a customer's readers have brought: the row that orders their arrival.</summary>
public sealed class EventCounter
{
    public required Guid CustomerId { get; init; }
    public long Arrival { get; set; }
}

public enum ChainFault
{
    /// <summary>Events are missing between what is stored and what the reader sends.</summary>
    Gap,

    /// <summary>The reader sent another event under a number that was stored already.</summary>
    Fork,

    /// <summary>An event does not hang on the one before it, or its payload is not the one that was chained.</summary>
    Broken,
}

/// <summary>How far one reader's chain has been received whole.</summary>
public sealed class ReaderChain
{
    public required Guid CustomerId { get; init; }
    public required Guid ReaderId { get; init; }
    public long Boot { get; set; }
    public long Seq { get; set; }
    public byte[]? Hash { get; set; }

    /// <summary>What is wrong with what the reader sends, and since when; null while the chain goes on.</summary>
    public ChainFault? Fault { get; set; }
    public DateTimeOffset? FaultSince { get; set; }

    /// <summary>
    /// Events that will never come: the reader had trimmed them when the store, put back from a backup, asked for them. How
    /// many there are between the first and the last number, until an administrator accepts it; 0 where none are missed.
    /// </summary>
    public long Lost { get; set; }
    public long? LostFrom { get; set; }
    public long? LostTo { get; set; }
    public DateTimeOffset? LostAt { get; set; }
}
