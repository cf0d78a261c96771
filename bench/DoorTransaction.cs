using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Transports;

namespace Latchkey.Bench;

/// <summary>
/// (a) What one transaction costs the reader: its side of the handshake, the document, the decision and the sealed answer, against the
/// OpenSSL operations that it cannot do without, each called directly.
/// </summary>
sealed class DoorTransaction
{
    const int Transactions = 400;
    const int Rounds = 9;

    readonly EcdsaSigner _site = NewKey();
    readonly EcdsaSigner _issuer = NewKey();
    readonly EcdsaSigner _readerKey = NewKey();
    readonly SiteId _siteId = new(Guid.CreateVersion7());
    readonly ReaderId _readerId = new(Guid.CreateVersion7());
    readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
    readonly ReaderIdentity _identity;
    readonly Bundle _bundle;
    double _microseconds;

    public DoorTransaction()
    {
        _identity = new(_siteId, _readerId, ReaderCertificate.Sign(_readerId, _siteId, 0, ReaderCertificate.NoEnd, _readerKey.Public, _site), _readerKey);
        _bundle = new()
        {
            Site = _siteId,
            Reader = _readerId,
            Settings = new() { Name = "Main entrance", ReaderId = "MAIN" },
            SiteKeys = [_site.Public],
            Issuers = ImmutableSortedDictionary<uint, Issuer>.Empty.Add(_issuer.Public.KidNumber, new(_issuer.Public)),
            Sets = [1],
        };
    }

    public static void Run(Table table)
    {
        var bench = new DoorTransaction();
        using var raw = new RawOpenSsl();
        // The floor, once before and once after, so that a machine that slows down meanwhile does not flatter either side.
        double[] Floor() =>
        [
            Timing.MicrosecondsOf(RawOpenSsl.MakeKey, Transactions), Timing.MicrosecondsOf(raw.ImportAndAgree, Transactions),
            Timing.MicrosecondsOf(raw.Sign, Transactions), Timing.MicrosecondsOf(raw.Verify, Transactions),
            Timing.MicrosecondsOf(raw.CipherAndDerive, Transactions), Timing.MicrosecondsOf(raw.ImportOnly, Transactions),
        ];
        var before = Floor();
        var known = bench.Measure(newPhoneEachTime: false);
        var first = bench.Measure(newPhoneEachTime: true);
        var floor = before.Zip(Floor(), Math.Min).ToArray();
        var knownFloor = floor[..5].Sum();
        // A phone met for the first time: its key imported, and the document verified beside the proof.
        var firstFloor = knownFloor + floor[3] + floor[5];
        table.AtMost($"(a) door transaction on the reader, known phone: {known:0} µs over {knownFloor:0} µs of OpenSSL", 1.3, known / knownFloor, " ×");
        table.Add($"(a) the same, phone met for the first time: {first:0} µs over {firstFloor:0} µs", "—", $"{first / firstFloor:0.00} ×", null);
    }

    double Measure(bool newPhoneEachTime)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var knownKeys = new KnownKeys();
            var documents = new Dictionary<int, DocumentReading>();
            var phones = Enumerable.Range(0, newPhoneEachTime ? Transactions : 1).Select(MakePhone).ToArray();
            if (!newPhoneEachTime)
                One(phones[0], knownKeys, documents);
            _microseconds = 0;
            for (var i = 0; i < Transactions; i++)
                One(phones[i % phones.Length], knownKeys, documents);
            best = Math.Min(best, _microseconds / Transactions);
        }
        return best;
    }

    (int Number, HeldKey Held) MakePhone(int number)
    {
        var device = NewKey();
        AccessDocument.Lint(
            new()
            {
                Site = _siteId,
                Key = (uint)number,
                Device = device.Public,
                IssuedAt = _now,
                Expires = _now + 86400,
                Serial = 1,
                UserId = 17,
                Prefix = "99",
                Rules = [new(1, 0), new(2, 3)],
            },
            out var linted);
        var document = AccessDocument.Sign(linted!, _issuer);
        return (number, new([_site.Public], null, device, (uint)_now, new(document, PresentationFlags.ScreenLock, null, _now)));
    }

    // Both sides run here; only the reader's calls are timed.
    void One((int Number, HeldKey Held) phone, KnownKeys knownKeys, Dictionary<int, DocumentReading> documents)
    {
        using var phoneSide = new PhoneHandshake(_ => phone.Held, NewEphemeral(), _now);
        var start = Stopwatch.GetTimestamp();
        using var reader = new ReaderHandshake(_identity, NewEphemeral(), default, knownKeys);
        var answer = reader.Start();
        Count(start);
        while (true)
        {
            var step = phoneSide.Receive(answer);
            if (step is not PhoneStep.Send send)
                throw new InvalidOperationException($"The phone did not go on: {step}.");
            foreach (var value in send.Values)
            {
                start = Stopwatch.GetTimestamp();
                switch (reader.Receive(value))
                {
                    case HandshakeStep.Send next:
                        answer = next.Value;
                        Count(start);
                        break;
                    case HandshakeStep.AwaitPresentation:
                        Count(start);
                        break;
                    case HandshakeStep.Proven proven:
                        Decide(reader, proven, phone.Number, documents);
                        Count(start);
                        return;
                    case HandshakeStep.Failed failed:
                        throw new InvalidOperationException($"The reader refused the benchmark's phone: {failed.Fault}.");
                }
            }
        }
    }

    void Decide(ReaderHandshake reader, HandshakeStep.Proven proven, int phone, Dictionary<int, DocumentReading> documents)
    {
        // As the reader does: a document that was verified before is not verified again.
        if (!documents.TryGetValue(phone, out var reading))
            documents[phone] = reading = DocumentReading.Read(proven.Presentation!.Document, _siteId, _bundle.Issuers.Values);
        var presentation = new Presentation
        {
            Way = Way.Bluetooth,
            Authenticity = reading.Document?.Device == proven.Device ? reading.Authenticity : Authenticity.BadSignature,
            Kind = CredentialKind.MobileKey,
            Document = reading.Document,
            IssuerKid = reading.IssuerKid,
            ScreenLock = true,
        };
        var decision = Decider.Decide(_bundle, presentation, new() { ClockTrusted = true }, _now);
        if (!decision.IsGrant)
            throw new InvalidOperationException($"The benchmark's door stayed shut: {decision.Reason}.");
        reader.Status(granted: true);
        reader.Result(new(decision.Reason, _now, 5));
    }

    void Count(long start) => _microseconds += Stopwatch.GetElapsedTime(start).TotalMicroseconds;

    static EphemeralKey NewEphemeral() => OpenSslEphemeral.Make();

    static EcdsaSigner NewKey() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
}
