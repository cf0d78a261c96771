using System.Security.Cryptography;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Store;

namespace Latchkey.Reader.Link;

/// <summary>How a session ended.</summary>
/// <param name="Welcomed">The server had let the reader in.</param>
/// <param name="Refusal">The server's words when it did not.</param>
internal sealed record SessionEnd(bool Welcomed, string? Refusal);

/// <summary>
/// One link from hello to close (spec/reader-link.md): both sides prove themselves, then state and events go up, statements, lists,
/// commands and receipts come down.
/// </summary>
internal sealed class LinkSession(LinkSocket socket, LinkParts parts)
{
    /// <summary>A batch without a receipt is sent again after this.</summary>
    private static readonly TimeSpan ReceiptTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    private readonly Wakeup events = new();
    private readonly Wakeup receipts = new();

    /// <param name="welcomed">Called once the server has let the reader in.</param>
    public async Task<SessionEnd> Run(Action welcomed, CancellationToken cancel)
    {
        if (await ProveBoth(cancel) is { } refused)
            return refused;
        welcomed();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        parts.Log.Appended += events.Set;
        try
        {
            await SendState(over.Token);
            Task[] all = [Listen(over.Token), Upload(over.Token), Beat(over.Token)];
            await Task.WhenAny(all);
            await over.CancelAsync();
            await Task.WhenAll(all.Select(Quietly));
            return new(true, null);
        }
        finally
        {
            parts.Log.Appended -= events.Set;
        }
    }

    /// <summary>reader-link 1 and 2. Null when both are proven.</summary>
    private async Task<SessionEnd?> ProveBoth(CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(HandshakeTime, parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var identity = parts.Rules.Identity;
        var nonce = LinkNonce.From(RandomNumberGenerator.GetBytes(LinkNonce.Bytes));
        await socket.Send(new HelloFrame(identity.Reader, nonce), either.Token);

        var first = await socket.Receive(either.Token);
        if (first is null)
            return new(false, null);
        if (first is RefusedFrame refused)
            return new(false, refused.Words);
        // reader-link 1: before anything else is sent, the server has shown that it speaks for this site, to this reader, now.
        if (first is not ChallengeFrame challenge
            || !ServerProof.TryRead(challenge.Proof, out var server)
            || server.Reader != identity.Reader
            || !server.ReaderNonce.Equals(nonce)
            || !parts.Rules.State.SiteKeys.Any(server.Verify))
            return new(false, "The server could not prove that it speaks for this site.");
        Hear(server.ServerTime);

        var proof = new ReaderProof(identity.Site, identity.Reader, nonce, server.ServerNonce).Sign(identity.AtTheDoor.Key);
        await socket.Send(new ProofFrame(proof), either.Token);
        switch (await socket.Receive(either.Token))
        {
            case WelcomeFrame welcome:
                Hear(welcome.ServerTime);
                return null;
            case RefusedFrame no:
                return new(false, no.Words);
            default:
                return new(false, null);
        }
    }

    private async Task Listen(CancellationToken cancel)
    {
        using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(LinkFrame.SilenceSeconds), parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancel);
        while (await socket.Receive(either.Token) is { } frame)
        {
            silence.CancelAfter(TimeSpan.FromSeconds(LinkFrame.SilenceSeconds));
            await Take(frame, cancel);
        }
    }

    private async Task Take(LinkFrame frame, CancellationToken cancel)
    {
        switch (frame)
        {
            case StatementFrame statement:
                await Apply(statement, cancel);
                break;
            case CommandFrame command when parts.Orders.CarryOut(command) is { } result:
                await socket.Send(result, cancel);
                break;
            case ReceiptFrame receipt:
                Take(receipt);
                break;
            case StatusListFrame lists:
                parts.Lists.Take(lists.Lists);
                break;
            case HeartbeatFrame heartbeat:
                Hear(heartbeat.ServerTime);
                break;
            case CertificateFrame certificate:
                Take(certificate);
                break;
        }
    }

    private async Task Apply(StatementFrame statement, CancellationToken cancel)
    {
        if (parts.Rules.Apply(statement.Statement) is { } refusal)
        {
            await socket.Send(new NotAppliedFrame(refusal.Name()), cancel);
            return;
        }

        var state = parts.Rules.State;
        await socket.Send(new AppliedFrame(state.Epoch, state.Seq, state.StateHash), cancel);
        await SendState(cancel);
    }

    private void Take(ReceiptFrame frame)
    {
        if (!Receipt.TryRead(frame.Receipt, parts.Rules.Identity.Reader, parts.Rules.State.SiteKeys, out var receipt))
            parts.Complain("The server sent a receipt that is not this site's.");
        else
        {
            var before = parts.Log.Received;
            if (!parts.Log.Take(receipt))
                parts.Complain($"The server has a receipt for event {receipt.Seq} that is not in this reader's log.");
            // A receipt that moves nothing says that the server did not take the batch: it is sent again after a rest, not at once.
            if (parts.Log.Received != before)
                receipts.Set();
        }
    }

    private void Take(CertificateFrame frame)
    {
        var identity = parts.Rules.Identity;
        var fits = ReaderCertificate.TryRead(frame.Certificate, out var certificate)
            && certificate.Reader == identity.Reader
            && certificate.Site == identity.Site
            && certificate.ReaderKey == identity.AtTheDoor.Key.Public
            && certificate.NotBefore <= parts.Clock.Now
            && certificate.NotAfter > parts.Clock.Now
            && certificate.IsSignedBy(parts.Rules.State.SiteKeys);
        if (fits)
            identity.Renew(parts.Store, certificate!);
        else
            parts.Complain("The server sent a reader certificate that is not for this reader; the old one stays.");
    }

    private async Task Upload(CancellationToken cancel)
    {
        while (true)
        {
            var (batch, fromOldest) = parts.Log.Next();
            if (batch.Count == 0)
            {
                await events.Wait(cancel);
                continue;
            }

            await socket.Send(new EventsFrame([.. batch.Select(record => new EventBytes(record.Header, record.Payload))], fromOldest), cancel);
            await receipts.Wait(ReceiptTime, parts.Time, cancel);
        }
    }

    private async Task Beat(CancellationToken cancel)
    {
        while (true)
        {
            // 15 s, give or take a fifth, so that a thousand readers do not beat as one.
            var ms = LinkFrame.HeartbeatSeconds * 1000;
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(ms * 4 / 5, ms * 6 / 5)), parts.Time, cancel);
            await SendState(cancel);
        }
    }

    private Task SendState(CancellationToken cancel)
    {
        var state = parts.Rules.State;
        return socket.Send(
            new StateFrame(
                parts.Clock.Now,
                state.Epoch,
                state.Seq,
                OrZeros(state.StateHash),
                OrZeros(state.LastHash),
                parts.Log.Boot,
                parts.Log.Waiting,
                parts.Software,
                parts.RadioAddress(),
                parts.Clock.Trusted),
            cancel);
    }

    // reader-link 4
    private void Hear(long serverTime)
    {
        var moved = parts.Clock.ServerSays(serverTime);
        if (Math.Abs(moved) >= DoorClock.StepSeconds)
            parts.Log.Append(EventKind.Clock, payload => payload with { Text = $"The clock was moved by {moved} s to the server's time." });
    }

    private static byte[] OrZeros(byte[] hash) => hash.Length == 0 ? new byte[StateFrame.HashBytes] : hash;

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception gone) when (gone is OperationCanceledException or System.Net.WebSockets.WebSocketException)
        {
            // The link is over; why does not matter.
        }
    }
}
