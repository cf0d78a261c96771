using System.Collections.Immutable;
using System.Security.Cryptography;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Bench;

/// <summary>(b) <c>Decide</c> on a large bundle, granted by the last of its rules; (e) the size of documents.</summary>
static class Deciding
{
    const int Calls = 20_000;

    public static void Run(Table table)
    {
        var (bundle, presentation, now) = Case();
        var facts = new DoorFacts { ClockTrusted = true, NewestSerial = 1 };
        if (!Decider.Decide(bundle, presentation, facts, now).IsGrant)
            throw new InvalidOperationException("The benchmark's case is to be granted.");
        var microseconds = Timing.MicrosecondsOf(() => Decider.Decide(bundle, presentation, facts, now), Calls);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
            Decider.Decide(bundle, presentation, facts, now);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        table.AtMost("(b) Decide: 32 rules, 200 sets, 50 schedules, 10,000 revocations", 5, microseconds, " µs");
        table.AtMost("(b) Decide: allocation per call", 0, allocated / (double)Calls, " bytes");
    }

    public static void RunSizes(Table table)
    {
        using var issuer = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var smallest = Document(now) with { Rules = [new(1, 0)] };
        var typical = Document(now) with
        {
            Until = now + 86400 * 365, Prefix = "99", Rules = [new(1, 0), new(2, 3)], Flags = DocumentFlags.UserVerification, Key = 4711, Serial = 300, UserId = 1017,
        };
        table.AtMost("(e) access document, typical (until, prefix, two rules, flags)", 220, Size(typical, issuer), " bytes");
        table.AtMost("(e) access document, smallest", 180, Size(smallest, issuer), " bytes");
    }

    static int Size(AccessDocument document, EcdsaSigner issuer) =>
        AccessDocument.Lint(document, out var linted) is { } fault
            ? throw new InvalidOperationException($"{fault}")
            : AccessDocument.Sign(linted!, issuer).Length;

    static AccessDocument Document(long now)
    {
        using var device = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new()
        {
            Site = new(Guid.CreateVersion7()),
            Key = 17,
            Device = PublicKey.Of(device),
            IssuedAt = now,
            Expires = now + 86400,
            Serial = 1,
            UserId = 17,
        };
    }

    static (Bundle, Presentation, long Now) Case()
    {
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = PublicKey.Of(issuer);
        // A Wednesday, 12:00 UTC.
        var now = new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        // 31 rules that name a set of this reader and are closed at noon; the last one opens.
        var document = Document(now) with
        {
            Rules = [.. Enumerable.Range(1, 31).Select(i => new Rule((ushort)(i * 6), (ushort)i)), new Rule(192, 50)],
        };
        var morning = new Schedule([new(Days.Weekdays, 5 * 60, 8 * 60), new(Days.Weekdays, 18 * 60, 20 * 60), new(Days.Saturday, 8 * 60, 12 * 60)]);
        var noon = new Schedule([new(Days.Weekdays, 11 * 60, 14 * 60)]);
        var bundle = new Bundle
        {
            Site = document.Site,
            Reader = new(Guid.CreateVersion7()),
            Settings = new() { Name = "Main entrance", ReaderId = "MAIN" },
            SiteKeys = [key],
            Issuers = ImmutableSortedDictionary<uint, Issuer>.Empty.Add(key.KidNumber, new(key)),
            Sets = [.. Enumerable.Range(1, 200).Select(i => (ushort)i)],
            Schedules = Enumerable.Range(1, 50).ToImmutableSortedDictionary(i => (ushort)i, i => i == 50 ? noon : morning),
            Holidays = Enumerable.Range(1, 28).ToImmutableSortedDictionary(i => (uint)(20261200 + i), i => new Holiday($"Day {i}")),
            States = Enumerable.Range(100, 10_000).ToImmutableSortedDictionary(i => (uint)i, _ => KeyState.Revoked),
            Zone = [.. Enumerable.Range(0, 8).Select(i => new ZoneStep(i == 0 ? 0 : now - 86400 * 180 + i * 86400 * 182L, i % 2 == 0 ? 60 : 120))],
        };
        var presentation = new Presentation
        {
            Way = Way.Bluetooth,
            Authenticity = Authenticity.Genuine,
            Kind = CredentialKind.MobileKey,
            Document = document,
            IssuerKid = key.KidNumber,
        };
        return (bundle, presentation, now);
    }
}
