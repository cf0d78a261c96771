using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Link;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Reader.Tests.Setting;

/// <summary>The server's half of the reader link, made of the same frames, with the faults that a test wants.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Site site;
    private readonly Func<long> now;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim sending = new(1);
    private WebSocket? current;
    private ChainState stored;

    private FakeServer(WebApplication app, Site site, Func<long> now)
    {
        (this.app, this.site, this.now) = (app, site, now);
        stored = ChainState.Start(site.Reader);
        ProvesBy = site.SiteKey;
    }

    public Uri Link => new($"ws://127.0.0.1:{new Uri(app.Urls.First()).Port}/api/v1/reader/link");

    /// <summary>Who speaks for the site; a test may put an impostor.</summary>
    public ISigner ProvesBy { get; set; }

    public RefusedFrame? Refuses { get; set; }

    public bool GivesReceipts { get; set; } = true;

    public int Welcomes { get; private set; }

    /// <summary>Whatever came after the welcome, in order.</summary>
    public ConcurrentQueue<LinkFrame> Heard { get; } = new();

    /// <summary>Event by event as stored, each once.</summary>
    public ConcurrentQueue<EventPayload> Stored { get; } = new();

    public int Doubles { get; private set; }

    /// <summary>Events that neither side has any more.</summary>
    public long Lost { get; private set; }

    public static async Task<FakeServer> Start(Site site, Func<long> now)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FakeServer(app, site, now);
        app.UseWebSockets();
        app.Run(server.Accept);
        await app.StartAsync();
        return server;
    }

    public Task Send(LinkFrame frame) => Send(current ?? throw new InvalidOperationException("No reader is linked."), frame);

    public void Drop() => current?.Abort();

    /// <summary>As a server put back from a backup: what came after is gone.</summary>
    public void ForgetAfter(ChainState state)
    {
        lock (gate)
            stored = state;
    }

    public ChainState StoredState
    {
        get
        {
            lock (gate)
                return stored;
        }
    }

    public async ValueTask DisposeAsync()
    {
        current?.Abort();
        await app.DisposeAsync();
        sending.Dispose();
    }

    private async Task Accept(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(LinkFrame.Subprotocol);
        try
        {
            await Talk(socket);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The reader, or the test, hung up.
        }
    }

    private async Task Talk(WebSocket socket)
    {
        var hello = (HelloFrame)(await Receive(socket))!;
        var nonce = LinkNonce.From(RandomNumberGenerator.GetBytes(LinkNonce.Bytes));
        await Send(socket, new ChallengeFrame(new ServerProof(hello.Reader, hello.Nonce, nonce, now()).Sign(ProvesBy)));
        if (await Receive(socket) is not ProofFrame proof)
            return;
        if (!ReaderProof.TryRead(proof.Proof, out var reader)
            || !reader.Verify(PublicKey.Of(site.ReaderKey))
            || reader != new ReaderProof(site.Id, site.Reader, hello.Nonce, nonce))
        {
            await Send(socket, new RefusedFrame("proof_wrong", "The reader's proof does not fit."));
            return;
        }

        if (Refuses is { } refused)
        {
            await Send(socket, refused);
            return;
        }

        current = socket;
        Welcomes++;
        await Send(socket, new WelcomeFrame(now()));
        while (await Receive(socket) is { } frame)
        {
            Heard.Enqueue(frame);
            switch (frame)
            {
                case StateFrame:
                    await Send(socket, new HeartbeatFrame(now(), site.Epoch, site.Seq));
                    break;
                case EventsFrame events:
                    await Store(socket, events);
                    break;
            }
        }
    }

    private async Task Store(WebSocket socket, EventsFrame events)
    {
        byte[] receipt;
        lock (gate)
        {
            foreach (var entry in events.Events)
            {
                var lost = 0L;
                var verdict = events.FromOldest && entry == events.Events[0]
                    ? EventChain.CheckOldest(stored, new(entry.Header, entry.Payload), [], out var next, out lost)
                    : EventChain.Check(stored, new(entry.Header, entry.Payload), out next);
                // A gap that is not declared: the receipt says where to go on.
                if (verdict == ChainVerdict.Gap)
                    break;
                Assert.True(verdict is ChainVerdict.Next or ChainVerdict.Duplicate or ChainVerdict.Fork, verdict.ToString());
                Lost += lost;
                if (verdict != ChainVerdict.Next)
                {
                    Doubles++;
                    continue;
                }

                stored = next;
                Assert.True(EventPayload.TryRead(entry.Payload, out var payload));
                Stored.Enqueue(payload);
            }

            if (!GivesReceipts)
                return;
            receipt = site.Receipt(stored);
        }

        await Send(socket, new ReceiptFrame(receipt));
    }

    private async Task Send(WebSocket socket, LinkFrame frame)
    {
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(frame.Write(), WebSocketMessageType.Binary, true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
    }

    private static async Task<LinkFrame?> Receive(WebSocket socket)
    {
        var buffer = new byte[LinkFrame.FrameBytesMax];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType != WebSocketMessageType.Binary)
                return null;
            length += part.Count;
            if (!part.EndOfMessage)
                continue;
            Assert.True(LinkFrame.TryRead(buffer.AsSpan(0, length), out var frame));
            return frame;
        }
    }
}
