using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Events;
using Latchkey.Server.Keys;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Sync;

/// <summary>
/// The server's side of the reader link (reader-link, "Link"): both sides prove themselves, then statements and commands go
/// down, states, events and results come up.
/// </summary>
public sealed class ReaderLink(
    Store store, Links links, SiteFeeds feeds, ReaderContact contact, StoreEvents events, SiteSigners signers, TimeProvider time,
    ILogger<ReaderLink> log)
{
    /// <summary>How long a connection may take to say who it is: a reader says so at once, whoever only holds a place does not.</summary>
    public static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(3);

    /// <summary>How long a reader, on the slowest line, may take to prove it.</summary>
    public static readonly TimeSpan ProofPatience = TimeSpan.FromSeconds(10);

    /// <summary>The largest message of a stranger: a hello and a proof are smaller by far.</summary>
    public const int StrangerFrameBytesMax = 4096;

    /// <summary>Before a batch that could not be stored is tried again: doubled from one time to the next, up to <see cref="StorePauseMax"/>.</summary>
    public static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan StorePauseMax = TimeSpan.FromMinutes(5);

    static readonly TimeSpan SilencePatience = TimeSpan.FromSeconds(LinkFrame.SilenceSeconds);

    /// <param name="network">Where the connection comes from, as <see cref="Throttle.Network"/> says it.</param>
    public async Task Serve(WebSocket webSocket, string network, CancellationToken cancel)
    {
        var socket = new LinkSocket(webSocket, time);
        var place = links.TryEnter(network);
        if (place is null)
        {
            await Refuse(socket, "busy", "The server has as many links as it takes. Try again later.", cancel);
            return;
        }
        Reader? reader;
        try
        {
            reader = await Prove(socket, cancel);
        }
        finally
        {
            place.Dispose();
        }
        if (reader is not null)
            await Serve(socket, reader, cancel);
    }

    // reader-link 1 and 2. The reader comes back only if it is registered and has proved its key over our nonce.
    async Task<Reader?> Prove(LinkSocket socket, CancellationToken cancel)
    {
        if (await socket.Receive(HelloPatience, cancel, StrangerFrameBytesMax) is not HelloFrame hello)
            return await Refuse(socket, "malformed", "The first frame was no hello.", cancel);
        if (hello.ProtocolVersion != LinkFrame.Version)
            return await Refuse(socket, "version", "This server speaks version 1 of the link.", cancel);
        await using var db = store.Open();
        var id = hello.Reader.Value;
        var reader = await db.Readers.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancel);
        if (reader is null || await IsOver(db, reader, cancel) || !PublicKey.TryRead(reader.PublicKey, out var readerKey))
            return await Refuse(socket, "unknown_reader", "This reader is not registered here. Pair it.", cancel);

        var siteKey = await signers.Of(db, reader.CustomerId, KeyPurpose.Site, cancel);
        var nonce = LinkNonce.From(RandomNumberGenerator.GetBytes(LinkNonce.Bytes));
        var challenge = new ServerProof(hello.Reader, hello.Nonce, nonce, time.GetUtcNow().ToUnix());
        await socket.Send(new ChallengeFrame(challenge.Sign(siteKey)).Write(), cancel);

        var expected = new ReaderProof(SiteId.From(reader.CustomerId), hello.Reader, hello.Nonce, nonce);
        if (await socket.Receive(ProofPatience, cancel, StrangerFrameBytesMax) is not ProofFrame answer
            || !ReaderProof.TryRead(answer.Proof, out var proof) || proof != expected || !proof.Verify(readerKey))
        {
            log.LogWarning("A connection claimed to be reader {Reader} and could not prove it.", id);
            return await Refuse(socket, "proof_wrong", "The reader's key does not fit the registered one.", cancel);
        }
        return reader;
    }

    // reader-link 6: a deleted reader is let in until it has acknowledged that it is, and never again after.
    static async Task<bool> IsOver(Db db, Reader reader, CancellationToken cancel) =>
        reader.State == ReaderState.Deleted
        && (reader.DeletedSeq is not { } deleted
            || await db.ReaderStatements.AsNoTracking().SingleOrDefaultAsync(
                s => s.CustomerId == reader.CustomerId && s.ReaderId == reader.Id, cancel) is not { } row
            || row.Told(deleted));

    async Task Serve(LinkSocket socket, Reader reader, CancellationToken cancel)
    {
        using var link = new Link(reader.CustomerId, reader.Id) { DeletedSeq = reader.DeletedSeq };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, link.Ended);
        links.Add(link);
        // The newest is enough: a reader without a receipt sends the same events again, and those behind them.
        var batches = Channel.CreateBounded<EventsFrame>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var sending = Pump(socket, link, either.Token);
        var storing = StoreBatches(link, batches.Reader, either.Token);
        try
        {
            link.Send(new WelcomeFrame(time.GetUtcNow().ToUnix()).Write());
            if (await contact.Begin(reader, cancel) is { } certificate)
                link.Send(new CertificateFrame(certificate).Write());
            while (await socket.Receive(SilencePatience, either.Token) is { } frame)
                await Take(link, reader, batches.Writer, frame, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // A newer link, a deleted reader that was told, or the server stops.
        }
        finally
        {
            links.Remove(link);
            link.End();
            await sending;
            await storing;
            await socket.Close(WebSocketCloseStatus.NormalClosure, cancel);
            await contact.End(reader, CancellationToken.None);
        }
    }

    async Task Take(Link link, Reader reader, ChannelWriter<EventsFrame> batches, LinkFrame frame, CancellationToken cancel)
    {
        switch (frame)
        {
            case StateFrame state:
                await contact.Heard(reader, state, cancel);
                feeds.Report(link, state);
                var (epoch, seq) = feeds.Newest(link.CustomerId);
                link.Send(new HeartbeatFrame(time.GetUtcNow().ToUnix(), epoch, seq).Write());
                break;
            case AppliedFrame or NotAppliedFrame:
                feeds.Report(link, frame);
                break;
            case EventsFrame batch:
                batches.TryWrite(batch);
                break;
            case ResultFrame result when link.Commands.TryRemove(result.Command.Value, out var waiting):
                waiting.TrySetResult(new(result.Reason, result.UnlockSeconds));
                break;
            default:
                // A newer version's frame, or one that came too late to matter.
                break;
        }
    }

    // Beside what is received: a store that is slow, or that some event is too much for, delays no statement and ends no link.
    async Task StoreBatches(Link link, ChannelReader<EventsFrame> batches, CancellationToken cancel)
    {
        var pause = TimeSpan.Zero;
        try
        {
            await foreach (var batch in batches.ReadAllAsync(cancel))
            {
                try
                {
                    link.Send(new ReceiptFrame(await events.Take(link.CustomerId, link.ReaderId, batch, cancel)).Write());
                    pause = TimeSpan.Zero;
                }
                catch (Exception fault) when (!cancel.IsCancellationRequested)
                {
                    log.Log(
                        pause == TimeSpan.Zero ? LogLevel.Error : LogLevel.Debug, fault,
                        "Events of reader {Reader} of site {Site} could not be stored; the reader sends them again.", link.ReaderId, link.CustomerId);
                    pause = pause == TimeSpan.Zero ? StorePause : pause * 2 < StorePauseMax ? pause * 2 : StorePauseMax;
                    await Task.Delay(pause, time, cancel);
                }
            }
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            // What has no receipt comes again over the next link.
        }
    }

    static async Task Pump(LinkSocket socket, Link link, CancellationToken cancel)
    {
        try
        {
            await foreach (var frame in link.Frames.ReadAllAsync(cancel))
                await socket.Send(frame, cancel);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            link.End();
        }
    }

    async Task<Reader?> Refuse(LinkSocket socket, string code, string words, CancellationToken cancel)
    {
        try
        {
            await socket.Send(new RefusedFrame(code, words).Write(), cancel);
            await socket.Close(WebSocketCloseStatus.PolicyViolation, cancel);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            log.LogDebug("A connection went before it could be refused.");
        }
        return null;
    }
}
