using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Vectors;

static class EventVectors
{
    public static VectorSet Set { get; } = new("events.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>>
    {
        ["check"] = RunCheck,
        ["payload"] = RunPayload,
        ["receipt"] = RunReceipt,
    });

    public static EventPayload Full { get; } = new()
    {
        Salt = [.. Enumerable.Range(0, 16).Select(i => (byte)i)],
        Way = Way.Bluetooth, Reason = Reason.Granted, Credential = CredentialKind.MobileKey, KeyNumber = 17, Serial = 3, UserId = 1042,
        DurationMs = 180, BundleEpoch = 1, BundleSeq = 10, Document = Made.Typical.Sign(Made.Issuer),
        Flags = EventFlags.UserVerified | EventFlags.ScreenLock, Now = Made.Now,
        Facts = new DoorFacts
        {
            ClockTrusted = true, BundleExpired = false, NewestSerial = 3, UsesLeft = 1, TouchedAt = Made.Now, ThrottledUntil = Made.Now, Inside = true,
            Listed = KeyState.Revoked,
        },
        Rule = new Rule(1, 2), DeviceKey = Made.Device.Public, Text = "Opened by Ada: delivery", Command = new byte[16],
        Authenticity = Authenticity.Genuine, VerifiedAt = Made.Now - 5, Dated = Made.Now, SignalPercent = 80,
    };

    public static EventPayload Bare { get; } = new() { Salt = new byte[16] };

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/events.md",
        ["about"] = "check: how a record fits a chain; storedHash is the hash stored under the same seq, where it is older than the newest. "
            + "payload: whether it reads, and then its digest. receipt: by one of siteKeys, for reader; anything else is refused.",
        ["check"] = VectorSet.Group([.. Checks(), .. WrongHeaders(), .. WrongPayloads()]),
        ["payload"] = VectorSet.Group(Payloads()),
        ["receipt"] = VectorSet.Group(Receipts()),
    };

    private static IEnumerable<JsonObject> Checks()
    {
        var start = ChainState.Start(Made.Reader);
        var (first, one) = EventChain.Append(start, Bare, 1, Made.Now * 1000, EventKind.Started);
        var (second, two) = EventChain.Append(one, Full, 1, Made.Now * 1000 + 5, EventKind.Decision);
        var (third, three) = EventChain.Append(two, Bare, 2, Made.Now * 1000 - 5, EventKind.Started);
        var (other, _) = EventChain.Append(one, Bare, 1, Made.Now * 1000 + 5, EventKind.Forced);
        var (foreign, _) = EventChain.Append(one with { Reader = Made.OtherReader }, Bare, 1, 0, EventKind.Forced);
        yield return Check("the first", start, first, [], "next");
        yield return Check("the next", one, second, [], "next");
        yield return Check("another boot, an earlier clock", two, third, [], "next");
        yield return Check("the newest again", two, second, [], "duplicate");
        yield return Check("an older one again", three, first, one.Hash, "duplicate");
        yield return Check("one missing", one, third, [], "gap");
        yield return Check("a gap at the beginning", start, second, [], "gap");
        yield return Check("another one in the newest's place", two, other, [], "fork");
        yield return Check("another one in an older's place", three, other, two.Hash, "fork");
        yield return Check("an older one that nobody stored", three, first, [], "fork");
        yield return Check("another reader's", one, foreign, [], "broken");
        yield return Check("follows another", one with { Hash = new byte[32] }, second, [], "broken");
        yield return Check("a boot that falls", two with { Boot = 9 }, third, [], "broken");
        yield return Check("another payload", one, second with { Payload = Bare.ToCbor() }, [], "broken");
        yield return Check("no payload", one, second with { Payload = [] }, [], "broken");
        yield return Check("a byte behind the header", one, second with { Header = [.. second.Header, 0] }, [], "broken");
    }

    private static IEnumerable<JsonObject> WrongHeaders()
    {
        var state = ChainState.Start(Made.Reader);
        byte[][] good =
        [
            Raw.Bytes(Made.Reader.ToBytes()), Raw.Int(1), Raw.Int(1), Raw.Bytes(new byte[32]), Raw.Int(0), Raw.Int(8),
            Raw.Bytes(SHA256.HashData(Bare.ToCbor())),
        ];
        JsonObject With(string name, int at, byte[] item)
        {
            byte[][] items = [.. good];
            items[at] = item;
            return Check(name, state, new(Raw.Array(items), Bare.ToCbor()), [], "broken");
        }

        yield return Check("a header by hand", state, new(Raw.Array(good), Bare.ToCbor()), [], "next");
        yield return With("boot 0", 1, Raw.Int(0));
        yield return With("boot in eight bytes", 1, Raw.LongInt(1));
        yield return With("seq 0", 2, Raw.Int(0));
        yield return With("seq of 2^53", 2, Raw.Int(1L << 53));
        yield return With("prev of 31 bytes", 3, Raw.Bytes(new byte[31]));
        yield return With("a negative time", 4, Raw.Int(-1));
        yield return With("kind 0", 5, Raw.Int(0));
        yield return With("kind 14", 5, Raw.Int(14));
        yield return With("digest as text", 6, Raw.Text(new string('a', 32)));
        yield return Check("a header of six", state, new(Raw.Array(good[..6]), Bare.ToCbor()), [], "broken");
        yield return Check("a header of eight", state, new(Raw.Array([.. good, Raw.Int(0)]), Bare.ToCbor()), [], "broken");
        yield return Check("an indefinite header", state, new(Raw.IndefiniteArray(good), Bare.ToCbor()), [], "broken");
    }

    private static IEnumerable<JsonObject> WrongPayloads()
    {
        foreach (var (name, payload) in Wrong())
            yield return Check($"payload: {name}", ChainState.Start(Made.Reader), Record(payload), [], "broken");
    }

    // A record whose chain is right, whatever its payload.
    private static EventRecord Record(byte[] payload) => new(
        new EventHeader(Made.Reader, 1, 1, new byte[32], 0, EventKind.Started, SHA256.HashData(payload)).ToCbor(), payload);

    private static IEnumerable<JsonObject> Payloads()
    {
        yield return Payload("bare", Bare.ToCbor(), "ok");
        yield return Payload("full", Full.ToCbor(), "ok");
        foreach (var (name, payload) in Wrong())
            yield return Payload(name, payload, "malformed");
    }

    private static IEnumerable<(string, byte[])> Wrong()
    {
        var full = RawMap.Of(Full.ToCbor());
        yield return ("empty", []);
        yield return ("a byte behind", [.. full.ToBytes(), 0]);
        yield return ("unsorted", full.Swapped().ToBytes());
        yield return ("indefinite", Raw.IndefiniteMap(full.Entries));
        yield return ("without salt", full.Without(1).ToBytes());
        yield return ("an unknown entry", full.With(23, Raw.Int(0)).ToBytes());
        foreach (var (name, key, value) in new (string, long, byte[])[]
        {
            ("salt of 15 bytes", 1, Raw.Bytes(new byte[15])), ("two ways", 2, Raw.Int(3)), ("no way", 2, Raw.Int(0)), ("way 256", 2, Raw.Int(256)),
            ("reason 0", 3, Raw.Int(0)), ("reason 4", 3, Raw.Int(4)), ("reason 255", 3, Raw.Int(255)), ("credential 6", 4, Raw.Int(6)),
            ("key number beyond 32 bits", 5, Raw.Int(1L << 32)), ("an empty document", 11, Raw.Bytes([])),
            ("a document of 1025 bytes", 11, Raw.Bytes(new byte[1025])), ("flags 8", 12, Raw.Int(8)), ("now beyond 32 bits", 13, Raw.Int(1L << 32)),
            ("facts without clock", 14, Raw.Map((Raw.Int(2), Raw.Bool(false)))),
            ("facts that list a valid key", 14, Raw.Map((Raw.Int(1), Raw.Bool(true)), (Raw.Int(2), Raw.Bool(false)), (Raw.Int(8), Raw.Int(0)))),
            ("facts that say not inside", 14, Raw.Map((Raw.Int(1), Raw.Bool(true)), (Raw.Int(2), Raw.Bool(false)), (Raw.Int(7), Raw.Bool(false)))),
            ("a rule that never holds", 15, Raw.Array(Raw.Int(1), Raw.Int(2), Raw.Int(5), Raw.Int(5))),
            ("a device key off the curve", 16, Raw.Bytes([2, .. DocumentVectors.OffCurve()])), ("a text of 513 bytes", 17, Raw.Text(new string('a', 513))),
            ("a command of 15 bytes", 18, Raw.Bytes(new byte[15])), ("authenticity 6", 19, Raw.Int(6)), ("signal 101 %", 22, Raw.Int(101)),
        })
            yield return (name, full.With(key, value).ToBytes());
    }

    private static IEnumerable<JsonObject> Receipts()
    {
        ChainState state = new(Made.Reader, 2, 57, SHA256.HashData("event"u8));
        var good = Receipt.Sign(Receipt.For(state), Made.SiteKey);
        yield return ReceiptVector("good", good, "ok", state);
        yield return ReceiptVector("nothing stored", Receipt.Sign(Receipt.For(ChainState.Start(Made.Reader)), Made.SiteKey), "ok", ChainState.Start(Made.Reader));
        yield return ReceiptVector("by the newer key", Receipt.Sign(Receipt.For(state), Made.NewerSiteKey), "ok", state);
        yield return ReceiptVector("by an issuer", Receipt.Sign(Receipt.For(state), Made.Issuer), "refused", null);
        yield return ReceiptVector("for another reader", Receipt.Sign(Receipt.For(state with { Reader = Made.OtherReader }), Made.SiteKey), "refused", null);
        Assert.True(Protocol.Credentials.Cose.TryRead(good, Typ.Receipt, out var signed));
        var payload = RawMap.Of(signed.Payload);
        foreach (var (name, bytes) in new RawCose(Typ.Receipt, signed.Payload, Made.SiteKey).WrongFrames())
            yield return ReceiptVector(name, bytes, "refused", null);
        foreach (var (name, wrong) in new (string, RawMap)[]
        {
            ("boot 0", payload.With(2, Raw.Int(0))), ("seq 0", payload.With(3, Raw.Int(0))), ("hash of 31 bytes", payload.With(4, Raw.Bytes(new byte[31]))),
            ("without hash", payload.Without(4)), ("an unknown entry", payload.With(5, Raw.Int(0))), ("unsorted", payload.Swapped()),
        })
            yield return ReceiptVector(name, new RawCose(Typ.Receipt, wrong.ToBytes(), Made.SiteKey).ToBytes(), "refused", null);
    }

    private static JsonObject Check(string name, ChainState state, EventRecord record, byte[] storedHash, string expect) => new()
    {
        ["name"] = name,
        ["state"] = new JsonObject
        {
            ["reader"] = VectorFile.Hex(state.Reader.ToBytes()), ["boot"] = state.Boot, ["seq"] = state.Seq, ["hash"] = VectorFile.Hex(state.Hash),
        },
        ["header"] = VectorFile.Hex(record.Header), ["payload"] = VectorFile.Hex(record.Payload), ["storedHash"] = VectorFile.Hex(storedHash),
        ["expect"] = expect,
        ["hash"] = expect == "next" ? VectorFile.Hex(SHA256.HashData(record.Header)) : null,
    };

    private static JsonObject Payload(string name, byte[] bytes, string expect) => new()
    {
        ["name"] = name, ["bytes"] = VectorFile.Hex(bytes), ["expect"] = expect,
        ["digest"] = expect == "ok" ? VectorFile.Hex(SHA256.HashData(bytes)) : null,
    };

    private static JsonObject ReceiptVector(string name, byte[] bytes, string expect, ChainState? state) => new()
    {
        ["name"] = name, ["bytes"] = VectorFile.Hex(bytes), ["reader"] = VectorFile.Hex(Made.Reader.ToBytes()),
        ["siteKeys"] = Made.Json([Made.SiteKey.Public, Made.NewerSiteKey.Public], key => VectorFile.Hex(key.Span)),
        ["expect"] = expect, ["boot"] = state?.Boot, ["seq"] = state?.Seq, ["hash"] = state is null ? null : VectorFile.Hex(state.Hash),
    };

    private static JsonObject RunCheck(JsonObject vector)
    {
        var json = vector["state"]!.AsObject();
        ChainState state = new(json["reader"].ReaderOf(), json["boot"].Number(), json["seq"].Number(), json["hash"].Bytes());
        var verdict = EventChain.Check(state, new(vector["header"].Bytes(), vector["payload"].Bytes()), vector["storedHash"].Bytes(), out var next);
        if (verdict != ChainVerdict.Next)
            Assert.Same(state, next);
        return new() { ["expect"] = Snake.Case(verdict), ["hash"] = verdict == ChainVerdict.Next ? VectorFile.Hex(next.Hash) : null };
    }

    private static JsonObject RunPayload(JsonObject vector)
    {
        var bytes = vector["bytes"].Bytes();
        if (!EventPayload.TryRead(bytes, out var payload))
            return new() { ["expect"] = "malformed", ["digest"] = null };
        return new() { ["expect"] = "ok", ["digest"] = VectorFile.Hex(SHA256.HashData(payload.ToCbor())) };
    }

    private static JsonObject RunReceipt(JsonObject vector)
    {
        var keys = vector["siteKeys"]!.AsArray().Select(key => key.Key());
        return Receipt.TryRead(vector["bytes"].Bytes(), vector["reader"].ReaderOf(), keys, out var receipt)
            ? new() { ["expect"] = "ok", ["boot"] = receipt.Boot, ["seq"] = receipt.Seq, ["hash"] = VectorFile.Hex(receipt.Hash) }
            : new() { ["expect"] = "refused", ["boot"] = null, ["seq"] = null, ["hash"] = null };
    }
}
