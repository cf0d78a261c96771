using System.Net.WebSockets;
using System.Security.Cryptography;
using Latchkey.Protocol.Link;

namespace Latchkey.Reader.Link;

/// <summary>
/// Keeps one outbound link to the server, and tries again for ever: the door does not wait for it. Tries are spread over 0 to min(30 s, 2^n s), so
/// that a server that comes back is not met by everybody at once.
/// </summary>
public sealed class ServerLink(LinkParts parts) : IAsyncDisposable
{
    private const int BackoffSecondsMax = 30;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource stop = new();
    private readonly Wakeup mended = new();
    private readonly Lock gate = new();
    private CancellationTokenSource? attempt;
    private Task running = Task.CompletedTask;
    private bool cut;
    private volatile LinkStanding standing = new(LinkPhase.Connecting);

    public event Action? Changed;

    public LinkStanding Standing => standing;

    public void Start() => running = Task.Run(() => Run(stop.Token));

    /// <summary>Pulls the plug, or puts it back: while it is out nothing is sent, heard or tried.</summary>
    public void Cut(bool isCut)
    {
        lock (gate)
        {
            cut = isCut;
            if (isCut)
                attempt?.Cancel();
            else
                mended.Set();
        }

        if (isCut)
            Stand(new(LinkPhase.Cut));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    /// <summary>Address of a link as a WebSocket's; null where it would go unprotected over a network.</summary>
    public static Uri? AddressOf(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return null;
        var secure = uri.Scheme is "https" or "wss";
        if (!secure && !(uri.Scheme is "http" or "ws" && uri.IsLoopback))
            return null;
        return new UriBuilder(uri) { Scheme = secure ? "wss" : "ws", Port = uri.Port }.Uri;
    }

    private async Task Run(CancellationToken stopped)
    {
        var failures = 0;
        while (!stopped.IsCancellationRequested)
        {
            using var trial = CancellationTokenSource.CreateLinkedTokenSource(stopped);
            bool unplugged;
            lock (gate)
            {
                attempt = trial;
                unplugged = cut;
            }

            try
            {
                if (unplugged)
                {
                    await mended.Wait(stopped);
                    failures = 0;
                    continue;
                }

                Stand(new(LinkPhase.Connecting));
                var end = await Try(failures, trial.Token);
                failures = end.Welcomed ? 0 : failures + 1;
                Stand(end.Refusal is null ? new(LinkPhase.Offline) : new(LinkPhase.Refused, end.Refusal));
                await Pause(failures, trial.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopped, or the plug was pulled: the loop looks which.
            }
            catch (Exception fault)
            {
                // Whatever it was, the door works on without the link; the link is tried again.
                parts.Complain($"The link failed: {fault.Message}");
                failures++;
                Stand(new(LinkPhase.Offline));
                await Quietly(Pause(failures, stopped));
            }
            finally
            {
                lock (gate)
                    attempt = null;
            }
        }
    }

    private async Task<SessionEnd> Try(int failures, CancellationToken cancel)
    {
        if (NextAddress(failures) is not { } address)
            return new(false, "The address of the server is not https.");
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(LinkFrame.Subprotocol);
        socket.Options.KeepAliveInterval = TimeSpan.Zero; // The heartbeat is the protocol's own.
        try
        {
            using (var limit = new CancellationTokenSource(ConnectTime, parts.Time))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel))
                await socket.ConnectAsync(address, either.Token);
            using var frames = new LinkSocket(socket);
            return await new LinkSession(frames, parts).Run(() => Stand(new(LinkPhase.Connected)), cancel);
        }
        catch (Exception gone) when (gone is WebSocketException or HttpRequestException or IOException
            || (gone is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new(false, null);
        }
        finally
        {
            socket.Abort();
        }
    }

    // Those of the bundle first, the one of pairing last; the next failure tries the next.
    private Uri? NextAddress(int failures)
    {
        var known = (parts.Rules.Bundle?.Servers ?? []).Append(parts.Rules.Identity.Link.ToString()).Select(AddressOf).OfType<Uri>().Distinct().ToList();
        return known.Count == 0 ? null : known[failures % known.Count];
    }

    private Task Pause(int failures, CancellationToken cancel)
    {
        var seconds = failures >= 5 ? BackoffSecondsMax : Math.Min(BackoffSecondsMax, 1 << failures);
        return Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(seconds * 1000 + 1)), parts.Time, cancel);
    }

    private static async Task Quietly(Task pause)
    {
        try
        {
            await pause;
        }
        catch (OperationCanceledException)
        {
            // Stopped meanwhile.
        }
    }

    private void Stand(LinkStanding now)
    {
        if (cut && now.Phase != LinkPhase.Cut)
            return;
        standing = now;
        Changed?.Invoke();
    }
}
