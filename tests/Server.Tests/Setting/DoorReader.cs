using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Readers;
using Latchkey.Server.Sync;
using PairingCode = Latchkey.Protocol.Credentials.ActivationCode;

namespace Latchkey.Server.Tests.Setting;

/// <summary>The reader's side of pairing and link, made of the protocol alone: each step is the test's to take or to leave.</summary>
public sealed class DoorReader(Site site) : IDisposable
{
    /// <summary>Only a hang costs this long; no test waits for time to pass.</summary>
    static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(120);

    readonly HttpClient http = site.House.NewClient();
    WebSocket? socket;

    public EcdsaSigner Key { get; init; } = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    public Guid Id { get; private set; }
    public BundleState State { get; private set; } = null!;
    public ChainState Chain { get; private set; } = null!;
    public ReaderCertificate Certificate { get; private set; } = null!;
    public string Link { get; private set; } = "";

    // ---- pairing

    public object Request(string code, string systemKey = Site.SystemKeyText, string systemId = Site.SystemIdText, string name = "Main entrance")
    {
        var canonical = PairingCode.TryReadPairing(code, out var read, out _) ? read.Canonical : code;
        return new
        {
            code,
            systemId,
            publicKey = Base64Url.EncodeToString(Key.Public.Span),
            mac = Base64Url.EncodeToString(PairingProof.OfRequest(systemKey, canonical, systemId, Key.Public)),
            name,
            software = "tests 1.0",
        };
    }

    public Task<HttpResponseMessage> Ask(object request) => http.PostAsJsonAsync("/api/v1/reader/pairing", request);

    public async Task<PairingStandingAnswer> Standing(string pairing)
    {
        using var response = await http.PostAsJsonAsync("/api/v1/reader/pairing/standing", new { pairing });
        return await Site.Done<PairingStandingAnswer>(response);
    }

    /// <summary>The whole way, as an installer and an administrator go it.</summary>
    public async Task<DoorReader> Pair(string name = "Main entrance")
    {
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var asked = await Ask(Request(code.Code, name: name));
        var answer = await Site.Done<AskForPairingAnswer>(asked);
        await site.Post<ReaderAnswer>($"/api/v1/pairings/{code.PairingId}/confirm", new { id = Guid.NewGuid() });
        Accept(await Standing(answer.Pairing), code.Code);
        return this;
    }

    /// <summary>Checks all that a reader checks before it believes the answer (reader-link, pairing 4).</summary>
    public void Accept(PairingStandingAnswer answer, string code)
    {
        if (answer.State != "confirmed" || !PairingCode.TryReadPairing(code, out var read, out _))
            throw new InvalidOperationException($"The pairing is {answer.State}.");
        SiteId.TryRead(Base64Url.DecodeFromChars(answer.Site), out var siteId);
        ReaderId.TryRead(Base64Url.DecodeFromChars(answer.Reader), out var readerId);
        var siteKeys = answer.SiteKeys!.Select(k => PublicKey.TryRead(Base64Url.DecodeFromChars(k), out var key) ? key : null!).ToImmutableArray();
        var certificate = Base64Url.DecodeFromChars(answer.Certificate);
        var mac = PairingProof.OfAnswer(Site.SystemKeyText, read.Canonical, siteId, readerId, certificate, siteKeys);
        if (!PairingProof.Fits(Base64Url.DecodeFromChars(answer.Mac), mac))
            throw new InvalidOperationException("The server did not prove the System Key.");
        if (!ReaderCertificate.TryRead(certificate, out var trusted) || !trusted.IsSignedBy(siteKeys)
            || trusted.ReaderKey != Key.Public || trusted.Reader != readerId || trusted.Site != siteId)
            throw new InvalidOperationException("The certificate is not this reader's.");
        Certificate = trusted;
        Id = readerId.Value;
        Link = answer.Link!;
        State = new() { Site = siteId, Reader = readerId, SiteKeys = siteKeys };
        Chain = ChainState.Start(readerId);
    }

    // ---- link

    public async Task Connect() => socket = await site.House.Connect(LinkAddress.Path, LinkFrame.Subprotocol);

    public Task Send(LinkFrame frame) => SendBytes(frame.Write());

    public Task SendBytes(byte[] bytes) =>
        socket!.SendAsync(bytes.AsMemory(), WebSocketMessageType.Binary, true, CancellationToken.None).AsTask();

    /// <summary>The next frame, or null when the server has closed.</summary>
    public async Task<LinkFrame?> Next()
    {
        using var hang = new CancellationTokenSource(HangAfter);
        var buffer = new byte[256 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket!.ReceiveAsync(buffer.AsMemory(length), hang.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                return LinkFrame.TryRead(buffer.AsSpan(0, length), out var frame)
                    ? frame
                    : throw new InvalidOperationException("The server sent what is no frame.");
        }
    }

    /// <summary>The next frame of this kind; others on the way are passed over.</summary>
    public async Task<T> Expect<T>()
        where T : LinkFrame
    {
        while (true)
        {
            switch (await Next())
            {
                case T wanted:
                    return wanted;
                case RefusedFrame refused:
                    throw new InvalidOperationException($"The server refused: {refused.Code}.");
                case null:
                    throw new InvalidOperationException($"The server closed before a {typeof(T).Name}.");
            }
        }
    }

    /// <summary>Hello, challenge, proof, welcome, first state.</summary>
    public async Task Begin(int eventsWaiting = 0)
    {
        await Connect();
        var nonce = LinkNonce.From(RandomNumberGenerator.GetBytes(LinkNonce.Bytes));
        await Send(new HelloFrame(State.Reader, nonce));
        var challenge = await Expect<ChallengeFrame>();
        if (!ServerProof.TryRead(challenge.Proof, out var proof) || !State.SiteKeys.Any(proof.Verify) || !proof.ReaderNonce.Equals(nonce))
            throw new InvalidOperationException("The server did not prove itself.");
        await Send(new ProofFrame(new ReaderProof(State.Site, State.Reader, nonce, proof.ServerNonce).Sign(Key)));
        await Expect<WelcomeFrame>();
        await Tell(eventsWaiting);
    }

    /// <summary>How the reader stands.</summary>
    public Task Tell(int eventsWaiting = 0) => Send(new StateFrame(
        site.House.Time.GetUtcNow().ToUnix(), State.Epoch, State.Seq, Or32(State.StateHash), Or32(State.LastHash), 1, eventsWaiting, "tests 1.0", null, true));

    /// <summary>Applies the next statement and tells so.</summary>
    public async Task<Statement> Apply()
    {
        var frame = await Expect<StatementFrame>();
        await Apply(frame);
        Statement.TryRead(frame.Statement, out var statement, out _);
        return statement!;
    }

    public async Task Apply(StatementFrame frame)
    {
        var outcome = Applying.Apply(State, frame.Statement, site.House.Time.GetUtcNow().ToUnix(), clockTrusted: true);
        if (outcome.Refusal is { } refusal)
        {
            await Send(new NotAppliedFrame(refusal.Name()));
            throw new InvalidOperationException($"The reader refused a statement: {refusal}.");
        }
        State = outcome.State;
        await Send(new AppliedFrame(State.Epoch, State.Seq, State.StateHash));
    }

    /// <summary>Applies statements until the bundle is as wanted.</summary>
    public async Task<Bundle> ApplyUntil(Predicate<Bundle> wanted)
    {
        while (State.Bundle is null || !wanted(State.Bundle))
            await Apply();
        return State.Bundle;
    }

    /// <summary>Paired, linked, and up to date.</summary>
    public async Task<DoorReader> Ready(string name = "Main entrance")
    {
        await Pair(name);
        await Begin();
        await Apply();
        return this;
    }

    /// <summary>Applies without a word: the link went before it could be said.</summary>
    public void Hold(StatementFrame frame) =>
        State = Applying.Apply(State, frame.Statement, site.House.Time.GetUtcNow().ToUnix(), clockTrusted: true).State;

    /// <summary>The store of the reader was lost; its key and what pairing gave are kept elsewhere.</summary>
    public void Forget() => State = new() { Site = State.Site, Reader = State.Reader, SiteKeys = State.SiteKeys };

    /// <summary>The same reader once more, on another connection.</summary>
    public DoorReader Twin() => new(site) { Key = Key, Id = Id, State = State, Chain = Chain, Certificate = Certificate, Link = Link };

    /// <summary>What this reader, by what it knows, answers to a document over Bluetooth whose key has been proved.</summary>
    /// <param name="newestSerial">The newest that this reader has seen of the key.</param>
    public Reason Decide(byte[] document, uint? newestSerial = null)
    {
        var bundle = State.Bundle!;
        var reading = DocumentReading.Read(document, bundle.Site, bundle.Issuers.Values);
        var presentation = new Latchkey.Protocol.Decisions.Presentation
        {
            Way = Way.Bluetooth,
            Authenticity = reading.Authenticity,
            Kind = CredentialKind.MobileKey,
            Document = reading.Document,
            IssuerKid = reading.IssuerKid,
            ScreenLock = true,
        };
        return Decider.Decide(bundle, presentation, new() { ClockTrusted = true, NewestSerial = newestSerial }, site.House.Time.GetUtcNow().ToUnix()).Reason;
    }

    public long Now => site.House.Time.GetUtcNow().ToUnix();

    // ---- events

    public EventBytes Happen(EventKind kind, EventPayload? payload = null)
    {
        var (record, next) = EventChain.Append(
            Chain, payload ?? new() { Salt = RandomNumberGenerator.GetBytes(EventPayload.SaltBytes) }, 1,
            site.House.Time.GetUtcNow().ToUnixTimeMilliseconds(), kind);
        Chain = next;
        return new(record.Header, record.Payload);
    }

    /// <summary>Sends a batch and gives what the receipt says is stored.</summary>
    public Task<Receipt> Bring(params EventBytes[] events) => Bring(new EventsFrame(events));

    /// <summary>The first of them is all that is left.</summary>
    public Task<Receipt> BringFromOldest(params EventBytes[] events) => Bring(new EventsFrame(events, FromOldest: true));

    async Task<Receipt> Bring(EventsFrame events)
    {
        await Send(events);
        var frame = await Expect<ReceiptFrame>();
        return Receipt.TryRead(frame.Receipt, State.Reader, State.SiteKeys, out var receipt)
            ? receipt
            : throw new InvalidOperationException("The receipt is not the site's.");
    }

    /// <summary>The cable is cut.</summary>
    public void Cut() => socket?.Abort();

    static byte[] Or32(byte[] hash) => hash.Length == 0 ? new byte[32] : hash;

    public void Dispose()
    {
        Cut();
        socket?.Dispose();
        http.Dispose();
    }
}
