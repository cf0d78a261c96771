using System.Security.Cryptography;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Events;

/// <summary>An event as stored and sent: both parts as bytes, since the chain is over bytes.</summary>
public sealed record EventRecord(byte[] Header, byte[] Payload)
{
    public bool Equals(EventRecord? other) =>
        other is not null && Header.AsSpan().SequenceEqual(other.Header) && Payload.AsSpan().SequenceEqual(other.Payload);

    public override int GetHashCode() => HashCode.Combine(Header.Length, Payload.Length);
}

/// <summary>Where a chain stands: its newest event.</summary>
/// <param name="Boot">0 before the first event.</param>
/// <param name="Seq">0 before the first event.</param>
/// <param name="Hash">32 bytes; zeros before the first event.</param>
public sealed record ChainState(ReaderId Reader, long Boot, long Seq, byte[] Hash)
{
    public static ChainState Start(ReaderId reader) => new(reader, 0, 0, new byte[SHA256.HashSizeInBytes]);

    public bool Equals(ChainState? other) =>
        other is not null && (Reader, Boot, Seq) == (other.Reader, other.Boot, other.Seq) && Hash.AsSpan().SequenceEqual(other.Hash);

    public override int GetHashCode() => HashCode.Combine(Reader, Boot, Seq);
}

/// <summary>How an event fits the chain that is stored.</summary>
public enum ChainVerdict
{
    /// <summary>The next one: store it.</summary>
    Next,

    /// <summary>Stored already: ignore it.</summary>
    Duplicate,

    /// <summary>Beyond the next: store nothing, answer with the newest receipt.</summary>
    Gap,

    /// <summary>Another event stands in its place: alarm, refuse.</summary>
    Fork,

    /// <summary>Does not fit what is before it, or does not hold together: alarm, refuse.</summary>
    Broken,
}

/// <summary>The reader's log as a hash chain (spec/events.md).</summary>
public static class EventChain
{
    public const int EventBytesMax = 2048;
    public const int BatchMax = 128;

    /// <summary>Makes the next event of a chain.</summary>
    /// <param name="boot">The reader's present start, not below the chain's.</param>
    public static (EventRecord Record, ChainState State) Append(
        ChainState last, EventPayload payload, long boot, long timeMs, EventKind kind)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentOutOfRangeException.ThrowIfLessThan(boot, Math.Max(1, last.Boot));
        var bytes = payload.ToCbor();
        var header = new EventHeader(last.Reader, boot, last.Seq + 1, last.Hash, timeMs, kind, SHA256.HashData(bytes)).ToCbor();
        // What no server could read would stop the log of this reader for good: better to fail here.
        if (header.Length + bytes.Length > EventBytesMax || !EventHeader.TryRead(header, out _) || !EventPayload.TryRead(bytes, out _))
            throw new ArgumentException("An event that does not read back.", nameof(payload));
        return (new(header, bytes), new(last.Reader, boot, last.Seq + 1, EventHeader.HashOf(header)));
    }

    /// <summary>How an event fits behind the newest stored one.</summary>
    /// <param name="storedHash">
    /// Hash of the event that is stored under the same seq; needed only for events older than the newest, empty if there is none.
    /// </param>
    /// <param name="next">The state after it; the old state unless the verdict is <see cref="ChainVerdict.Next"/>.</param>
    public static ChainVerdict Check(ChainState last, EventRecord record, ReadOnlySpan<byte> storedHash, out ChainState next)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(record);
        next = last;
        if (record.Header.Length + record.Payload.Length > EventBytesMax
            || !EventHeader.TryRead(record.Header, out var header) || header.Reader != last.Reader)
            return ChainVerdict.Broken;
        var hash = EventHeader.HashOf(record.Header);
        // events 1
        if (header.Seq <= last.Seq)
            return hash.AsSpan().SequenceEqual(header.Seq == last.Seq ? last.Hash : storedHash) ? ChainVerdict.Duplicate : ChainVerdict.Fork;
        // events 2
        if (header.Seq > last.Seq + 1)
            return ChainVerdict.Gap;
        // events 3
        if (!header.Prev.AsSpan().SequenceEqual(last.Hash) || header.Boot < last.Boot
            || !SHA256.HashData(record.Payload).AsSpan().SequenceEqual(header.Digest)
            || !EventPayload.TryRead(record.Payload, out _))
            return ChainVerdict.Broken;
        next = new(last.Reader, header.Boot, header.Seq, hash);
        return ChainVerdict.Next;
    }

    /// <summary>
    /// As <see cref="Check(ChainState, EventRecord, ReadOnlySpan{byte}, out ChainState)"/>, for the oldest event that the reader still has (events 2):
    /// where those before it are lost, its own word for the one before is taken, and the chain goes on from there.
    /// </summary>
    /// <param name="lost">How many events there were in between; 0 if none.</param>
    public static ChainVerdict CheckOldest(
        ChainState last, EventRecord record, ReadOnlySpan<byte> storedHash, out ChainState next, out long lost)
    {
        ArgumentNullException.ThrowIfNull(record);
        lost = 0;
        var verdict = Check(last, record, storedHash, out next);
        if (verdict != ChainVerdict.Gap || !EventHeader.TryRead(record.Header, out var header))
            return verdict;
        verdict = Check(new(last.Reader, last.Boot, header.Seq - 1, header.Prev), record, out next);
        if (verdict == ChainVerdict.Next)
            lost = header.Seq - 1 - last.Seq;
        else
            next = last;
        return verdict;
    }

    /// <summary>As the other, for an event that is not older than the newest stored one.</summary>
    public static ChainVerdict Check(ChainState last, EventRecord record, out ChainState next) => Check(last, record, [], out next);
}
