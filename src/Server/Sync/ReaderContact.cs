using System.Collections.Concurrent;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Sync;

/// <summary>
/// Writes down that a reader was heard and what it says of itself. Heartbeats are many and their news are few, so most of
/// them cost no write.
/// </summary>
public sealed class ReaderContact(Store store, SiteSigners signers, Hints hints, TimeProvider time)
{
    readonly ConcurrentDictionary<Guid, Noted> noted = new();

    /// <summary>The link stands: returns a renewed certificate when the reader's has passed half its life.</summary>
    public async Task<byte[]?> Begin(Reader reader, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var now = time.GetUtcNow();
        reader.LinkedSince = now;
        byte[]? certificate = null;
        await store.Write(
            async db =>
            {
                var stored = await db.Readers.SingleAsync(r => r.CustomerId == reader.CustomerId && r.Id == reader.Id, cancel);
                stored.LinkedSince = now;
                stored.LastContactAt = now;
                if (stored.State != ReaderState.Deleted && stored.CertificateEndsAt - now < Reader.CertificateLife / 2)
                    certificate = await Certify(db, stored, signers, now, cancel);
                // It has its answer: the code that proved it is not needed any more.
                await db.ReaderPairings.Where(p => p.CustomerId == reader.CustomerId && p.ReaderId == reader.Id)
                    .ExecuteUpdateAsync(s => s.SetProperty(p => p.CodeSealed, (byte[]?)null), cancel);
            },
            cancel);
        hints.Raise(HintKind.Readers, reader.CustomerId);
        return certificate;
    }

    /// <summary>Gives the reader a certificate that lives a year from now.</summary>
    internal static async Task<byte[]> Certify(
        Db db, Reader reader, SiteSigners signers, DateTimeOffset now, CancellationToken cancel)
    {
        if (!PublicKey.TryRead(reader.PublicKey, out var key))
            throw new InvalidOperationException("A reader is stored with a key off the curve.");
        reader.CertificateEndsAt = now + Reader.CertificateLife;
        reader.Certificate = ReaderCertificate.Sign(
            ReaderId.From(reader.Id), SiteId.From(reader.CustomerId), ReaderCertificate.NoStart,
            (uint)reader.CertificateEndsAt.Value.ToUnix(), key,
            await signers.Of(db, reader.CustomerId, KeyPurpose.Site, cancel));
        return reader.Certificate;
    }

    public async Task Heard(Reader reader, StateFrame state, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(state);
        var now = time.GetUtcNow();
        var news = new Noted(PlainText.Of(state.Software), Address(state.RadioAddress), state.ClockTrusted, state.EventsWaiting > 0, now);
        var isNews = !noted.TryGetValue(reader.Id, out var last) || last with { At = now } != news;
        if (!isNews && now - last!.At < Links.ContactWritten)
            return;
        noted[reader.Id] = news;
        var waiting = (int)Math.Min(state.EventsWaiting, int.MaxValue);
        await store.Write(
            db => db.Readers.Where(r => r.CustomerId == reader.CustomerId && r.Id == reader.Id).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.LastContactAt, now).SetProperty(r => r.Software, news.Software)
                    .SetProperty(r => r.RadioAddress, news.RadioAddress).SetProperty(r => r.ClockTrusted, news.ClockTrusted)
                    .SetProperty(r => r.EventsWaiting, waiting),
                cancel),
            cancel);
        if (isNews)
            hints.Raise(HintKind.Readers, reader.CustomerId);
    }

    /// <summary>The link has ended; one that took its place meanwhile stays.</summary>
    public async Task End(Reader reader, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var now = time.GetUtcNow();
        var since = reader.LinkedSince;
        noted.TryRemove(reader.Id, out _);
        await store.Write(
            db => db.Readers.Where(r => r.CustomerId == reader.CustomerId && r.Id == reader.Id && r.LinkedSince == since)
                .ExecuteUpdateAsync(
                    s => s.SetProperty(r => r.LastContactAt, now).SetProperty(r => r.LinkedSince, (DateTimeOffset?)null), cancel),
            cancel);
        hints.Raise(HintKind.Readers, reader.CustomerId);
    }

    // Shown to people and phones: an address of a WebSocket, or nothing.
    static string? Address(string? said) =>
        Uri.TryCreate(said, UriKind.Absolute, out var address) && address.Scheme is "ws" or "wss" ? said : null;

    sealed record Noted(string Software, string? RadioAddress, bool ClockTrusted, bool EventsWait, DateTimeOffset At);
}
