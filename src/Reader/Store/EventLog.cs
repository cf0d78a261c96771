using System.Security.Cryptography;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Wire;

namespace Latchkey.Reader.Store;

/// <summary>An event as the local page lists it.</summary>
public sealed record LoggedEvent(long Seq, long TimeMs, EventKind Kind, EventPayload Payload);

/// <summary>
/// The reader's hash-chained log (spec/events.md). An event is on the disk when <see cref="Append"/> returns, together with whatever has
/// to stand or fall with it. Nothing is trimmed before the site's receipt covers it.
/// </summary>
public sealed class EventLog
{
    /// <summary>Kept for the reader's own page, received or not.</summary>
    public const int KeptMax = 1_000;

    public const int RecentMax = 10;

    private readonly ReaderStore store;
    private readonly DoorClock clock;
    private readonly Lock gate = new();
    private readonly LinkedList<LoggedEvent> recent = new();
    private ChainState chain;
    private long received;

    /// <summary>Opens the log for a new start of the reader: counts the boot and writes it down.</summary>
    public EventLog(ReaderStore store, DoorClock clock, ReaderId reader)
    {
        (this.store, this.clock) = (store, clock);
        chain = LoadChain(store, reader);
        received = Marks.Get(store, Marks.Received);
        LoadRecent();
        Boot = Marks.Get(store, Marks.Boot) + 1;
        Append(EventKind.Started, payload => payload, () => Marks.Set(store, Marks.Boot, Boot));
    }

    /// <summary>Something was written. Raised after it is durable.</summary>
    public event Action? Appended;

    /// <summary>How often this reader has started.</summary>
    public long Boot { get; }

    /// <summary>Events that the site has given no receipt for.</summary>
    public long Waiting
    {
        get
        {
            lock (gate)
                return chain.Seq - received;
        }
    }

    public IReadOnlyList<LoggedEvent> Recent
    {
        get
        {
            lock (gate)
                return [.. recent];
        }
    }

    /// <param name="fill">Gets a payload with a fresh salt.</param>
    /// <param name="along">Written in the same transaction: all of it or nothing.</param>
    public void Append(EventKind kind, Func<EventPayload, EventPayload> fill, Action? along = null)
    {
        lock (gate)
        {
            var payload = fill(new EventPayload { Salt = RandomNumberGenerator.GetBytes(EventPayload.SaltBytes) });
            var timeMs = clock.NowMs;
            var (record, next) = EventChain.Append(chain, payload, Boot, timeMs, kind);
            store.Write(() =>
            {
                store.Run("INSERT INTO events (seq, header, payload) VALUES ($1, $2, $3)", next.Seq, record.Header, record.Payload);
                along?.Invoke();
            });
            chain = next;
            Remember(new(next.Seq, timeMs, kind, payload));
        }

        Appended?.Invoke();
    }

    /// <summary>The site has all events up to this sequence.</summary>
    public long Received
    {
        get
        {
            lock (gate)
                return received;
        }
    }

    /// <summary>The oldest events without a receipt, ascending, and whether there are none before them any more.</summary>
    public (IReadOnlyList<EventRecord> Events, bool FromOldest) Next()
    {
        lock (gate)
        {
            var next = store.All(
                "SELECT header, payload FROM events WHERE seq > $1 ORDER BY seq LIMIT $2",
                row => new EventRecord(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1)),
                received,
                (long)EventChain.BatchMax);
            return (next, received + 1 == Oldest().Seq);
        }
    }

    /// <summary>
    /// The site has all events up to this one, and is to be sent those behind it: also when that is less than it had before (a server put back from
    /// a backup). What it lacks and was trimmed is gone: it gets all that is left. False if it speaks of an event that is not this reader's own: then
    /// nothing is trimmed (events, "Chain and receipt" 4 and 5).
    /// </summary>
    public bool Take(Receipt receipt)
    {
        lock (gate)
        {
            if (receipt.Seq == received)
                return true;
            var oldest = Oldest();
            var upTo = Math.Max(receipt.Seq, oldest.Seq - 1);
            if (receipt.Seq >= oldest.Seq - 1 && !HashAt(receipt.Seq, oldest).AsSpan().SequenceEqual(receipt.Hash))
                return false;
            store.Write(() =>
            {
                Marks.Set(store, Marks.Received, upTo);
                store.Run("DELETE FROM events WHERE seq <= $1 AND seq <= $2", upTo, chain.Seq - KeptMax);
            });
            received = upTo;
        }

        Appended?.Invoke();
        return true;
    }

    // The log is never empty: each start is an event, and what is newest stays.
    private EventHeader Oldest() => EventHeader.TryRead(
        store.First("SELECT header FROM events ORDER BY seq LIMIT 1", row => row.GetFieldValue<byte[]>(0)), out var header)
        ? header
        : throw new InvalidOperationException("The log holds an event that does not read.");

    // Of the event before the oldest, the oldest one knows the hash.
    private byte[]? HashAt(long seq, EventHeader oldest) =>
        seq == oldest.Seq - 1 ? oldest.Prev
        : store.First("SELECT header FROM events WHERE seq = $1", row => row.GetFieldValue<byte[]>(0), seq) is { } header ? EventHeader.HashOf(header)
        : null;

    private void Remember(LoggedEvent entry)
    {
        if (entry.Kind is not (EventKind.Decision or EventKind.Opened or EventKind.NotOpened or EventKind.BundleExpired))
            return;
        recent.AddFirst(entry);
        if (recent.Count > RecentMax)
            recent.RemoveLast();
    }

    private void LoadRecent()
    {
        var rows = store.All(
            "SELECT header, payload FROM events ORDER BY seq DESC LIMIT $1",
            row => new EventRecord(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1)),
            5L * RecentMax);
        foreach (var record in Enumerable.Reverse(rows))
        {
            if (EventHeader.TryRead(record.Header, out var header) && EventPayload.TryRead(record.Payload, out var payload))
                Remember(new(header.Seq, header.TimeMs, header.Kind, payload));
        }
    }

    private static ChainState LoadChain(ReaderStore store, ReaderId reader)
    {
        var newest = store.First("SELECT header FROM events ORDER BY seq DESC LIMIT 1", row => row.GetFieldValue<byte[]>(0));
        if (newest is null)
            return ChainState.Start(reader);
        return EventHeader.TryRead(newest, out var header) && header.Reader == reader
            ? new(reader, header.Boot, header.Seq, EventHeader.HashOf(newest))
            : throw new SetupException("The data folder holds an event log that is not this reader's.");
    }
}
