namespace Latchkey.Server.Storage;

/// <summary>
/// The answer to an act that a client may send again: same id and same body get the same answer, another body is
/// refused. Written in the transaction of the act.
/// </summary>
public sealed class StoredRequest
{
    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required string Act { get; init; }
    public required byte[] BodyHash { get; init; }

    /// <summary>Sealed, since an answer may show an activation code; kept for a day.</summary>
    public required byte[] AnswerSealed { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>Wrong tries of one subject, counted in the store so that every replica counts the same.</summary>
public sealed class WrongTries
{
    public const int SubjectCharsMax = 100;

    public required string Subject { get; init; }
    public int Count { get; set; }

    /// <summary>Unix seconds of the newest wrong try.</summary>
    public long LastAt { get; set; }
}
