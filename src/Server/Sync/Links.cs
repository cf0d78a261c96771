using System.Collections.Concurrent;
using System.Threading.Channels;
using Latchkey.Protocol.Decisions;
using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Sync;

/// <summary>The readers linked to this process: one link each, a newer proven one ends the older.</summary>
public sealed class Links(Hints hints)
{
    /// <summary>
    /// Links of one process. The process aborts when file descriptors run out, so this stays well below their limit.
    /// </summary>
    public const int LinksMax = 8_000;

    /// <summary>Connections that have not proved themselves yet.</summary>
    public const int UnprovenMax = 256;

    /// <summary>Of these from one network: a house whose readers all come back at once; who finds no place comes back by himself.</summary>
    public const int UnprovenPerNetworkMax = 32;

    /// <summary>How often the contact of a linked reader is written to the store.</summary>
    public static readonly TimeSpan ContactWritten = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<Guid, Link> links = new();
    readonly Places unproven = new(UnprovenMax, UnprovenPerNetworkMax);

    public int Count => links.Count;

    public bool IsLinked(Guid readerId) => links.ContainsKey(readerId);

    /// <summary>
    /// Linked here, or to another replica: that one writes the contact down at least each <see cref="ContactWritten"/>.
    /// </summary>
    public bool IsOnline(Reader reader, DateTimeOffset now) =>
        IsLinked(reader.Id) || (reader.LinkedSince is not null && reader.LastContactAt > now - 2 * ContactWritten);

    public Link? Find(Guid customerId, Guid readerId) =>
        links.TryGetValue(readerId, out var link) && link.CustomerId == customerId ? link : null;

    public IReadOnlyList<Link> Of(Guid customerId) => [.. links.Values.Where(l => l.CustomerId == customerId)];

    public IReadOnlyList<Guid> Customers => [.. links.Values.Select(l => l.CustomerId).Distinct()];

    /// <summary>A place for a connection that has not proved itself; null when there are too many.</summary>
    public IDisposable? TryEnter(string network) => links.Count < LinksMax ? unproven.TryTake(network) : null;

    public void Add(Link link)
    {
        links.AddOrUpdate(link.ReaderId, link, (_, older) =>
        {
            older.End();
            return link;
        });
        hints.Raise(HintKind.Readers, link.CustomerId);
    }

    /// <summary>Removes this very link: a newer one of the same reader stays.</summary>
    public void Remove(Link link)
    {
        if (links.TryRemove(new(link.ReaderId, link)))
            hints.Raise(HintKind.Readers, link.CustomerId);
    }
}

/// <summary>One proven reader on its WebSocket: what is on its way to it, and what it last said.</summary>
public sealed class Link(Guid customerId, Guid readerId) : IDisposable
{
    /// <summary>Frames waiting to be sent. A reader that takes none for so long is cut off and comes back.</summary>
    public const int FramesMax = 64;

    readonly CancellationTokenSource ended = new();
    readonly Channel<byte[]> frames = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(FramesMax) { SingleReader = true });

    public Guid CustomerId => customerId;
    public Guid ReaderId => readerId;
    public CancellationToken Ended => ended.Token;
    public ChannelReader<byte[]> Frames => frames.Reader;

    /// <summary>The statement that was sent and not answered yet; one at a time. Touched by the site's feed alone.</summary>
    internal StatementInFlight? InFlight { get; set; }

    /// <summary>What the reader holds, as it last said; null until its first state. Touched by the site's feed alone.</summary>
    internal Held? Held { get; set; }

    /// <summary>What was sent to it and acknowledged: the stored row, which nobody else writes while the link stands.</summary>
    internal ReaderStatement? Row { get; set; }

    /// <summary>Feed sequence at which the reader was deleted: its link stands until it knows. Touched by the site's feed alone, once linked.</summary>
    internal long? DeletedSeq { get; set; }

    /// <summary>The reader holds events that it has not brought yet, as it last said. Touched by the site's feed alone.</summary>
    internal bool EventsWait { get; set; } = true;

    /// <summary>The reader refused even a snapshot: wait for the next change or heartbeat before trying again.</summary>
    internal bool SnapshotRefused { get; set; }

    public ConcurrentDictionary<Guid, TaskCompletionSource<CommandResult>> Commands { get; } = new();

    public void Send(byte[] frame)
    {
        if (!frames.Writer.TryWrite(frame))
            End();
    }

    public void End()
    {
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in the same moment.
        }
    }

    public void Dispose()
    {
        frames.Writer.TryComplete();
        foreach (var command in Commands.Values)
            command.TrySetCanceled();
        ended.Dispose();
    }
}

/// <param name="Hash">SHA-256 of the statement.</param>
sealed record StatementInFlight(long Epoch, long Seq, byte[] Hash, byte[] StateHash, bool IsSnapshot, DateTimeOffset SentAt);

/// <param name="LastStatementHash">Of the statement the reader applied last; unlike any sent where that is in doubt.</param>
sealed record Held(long Epoch, long Seq, byte[]? LastStatementHash);

/// <param name="Reason">As the reader decided.</param>
public sealed record CommandResult(Reason Reason, int? UnlockSeconds);
