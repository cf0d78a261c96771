using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Vectors;

static class BundleVectors
{
    public static VectorSet Set { get; } = new("bundle.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>>
    {
        ["read"] = Run,
        ["diff"] = RunDiff,
        ["apply"] = RunApply,
    });

    public static Bundle Full { get; } = Made.Bundle with
    {
        Settings = new ReaderSettings
        {
            Name = "Hlavní vchod", ReaderId = "~!MAIN-1", InService = false, UnlockSeconds = 1, LongUnlockSeconds = 255,
            Presentation = PresentationMode.LongRange, Ways = (Way)255, SecondFactor = true, OneTap = true, Degraded = Degraded.DenyAll,
            OfflineUses = uint.MaxValue, RangePercent = 100, Led = false, Buzzer = false,
        },
        CustomerActive = false,
        Posture = new Posture(PostureMode.Lockdown, Made.Now + 60),
        Issuers = Made.Bundle.Issuers.Add(Made.OtherIssuer.Public.KidNumber, new Issuer(Made.OtherIssuer.Public, 0)),
        SiteKeys = [Made.SiteKey.Public, Made.NewerSiteKey.Public],
        Sets = [0, 23, 24, 255, 256, 65535],
        Schedules = Made.Bundle.Schedules.Add(65535, new Schedule([])).Add(300, new Schedule([new Interval(Days.All, 1439, 2880)])),
        Zone = [new ZoneStep(0, -1080), new ZoneStep(Made.Now, 0), new ZoneStep(UnixTime.End, 1080)],
        Holidays = Made.Bundle.Holidays.Add(19700101, new Holiday("")).Add(20280229, new Holiday("Leap day", 0)).Add(99991231, new Holiday("Last", 65535)),
        States = ImmutableSortedDictionary<uint, KeyState>.Empty.Add(0, KeyState.Revoked).Add(23, KeyState.Suspended).Add(uint.MaxValue, KeyState.UserInactive),
        MinSerials = ImmutableSortedDictionary<uint, uint>.Empty.Add(17, 3).Add(256, uint.MaxValue),
        StatusSequence = uint.MaxValue,
        Enrolled = ImmutableSortedDictionary<PublicKey, EnrolledKey>.Empty
            .Add(Made.Foreign.Public, new EnrolledKey(7, [new Rule(1, 0)]))
            .Add(Made.OtherDevice.Public, new EnrolledKey(8, [], 1, UnixTime.End - 1)),
        Servers = ["wss://a.example/link", "ws://127.0.0.1:5400/api/v1/reader/link"],
    };

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/statements.md",
        ["about"] = "read: a bundle and its stateHash. diff: the one delta between two bundles, which applied to from gives to. "
            + "apply: a delta on the bundle of the first vector of read; lint says whether the outcome is sound.",
        ["read"] = VectorSet.Group([.. Good(), .. Wrong()]),
        ["diff"] = VectorSet.Group(Diffs()),
        ["apply"] = VectorSet.Group(Deltas()),
    };

    private static IEnumerable<JsonObject> Good()
    {
        yield return Vector("typical", Made.Bundle.ToCbor(), "ok");
        yield return Vector("full", Full.ToCbor(), "ok");
    }

    private static IEnumerable<JsonObject> Wrong()
    {
        var full = RawMap.Of(Full.ToCbor());
        byte[] At(long key) => full.Entries.Single(entry => entry.Key == key).Value;
        yield return Vector("a byte behind", [.. full.ToBytes(), 0], "malformed");
        yield return Vector("unsorted", full.Swapped().ToBytes(), "malformed");
        yield return Vector("indefinite", Raw.IndefiniteMap(full.Entries), "malformed");
        yield return Vector("a seventeenth section", full.With(17, Raw.Int(0)).ToBytes(), "malformed");
        for (var key = 1; key <= 16; key++)
        {
            yield return Vector($"without section {key}", full.Without(key).ToBytes(), "malformed");
            yield return Vector($"section {key} null", full.With(key, Raw.Null).ToBytes(), "malformed");
        }

        foreach (var (name, key, value) in WrongSections(At))
            yield return Vector(name, full.With(key, value).ToBytes(), "malformed");
    }

    private static IEnumerable<(string, long, byte[])> WrongSections(Func<long, byte[]> at)
    {
        foreach (var (name, key, value) in WrongSettings())
            yield return (name, 3, RawMap.Of(at(3)).With(key, value).ToBytes());
        yield return ("posture 4", 5, Raw.Map((Raw.Int(1), Raw.Int(4))));
        yield return ("posture without mode", 5, Raw.Map());
        yield return ("posture that says no end", 5, Raw.Map((Raw.Int(1), Raw.Int(1)), (Raw.Int(2), Raw.Int(UnixTime.End))));
        var issuer = Raw.Map((Raw.Int(1), Raw.Bytes(Made.Issuer.Public.Span)));
        yield return ("an issuer under another kid", 6, Raw.Map((Raw.Bytes([1, 2, 3, 4]), issuer)));
        yield return ("a kid of five bytes", 6, Raw.Map((Raw.Bytes([.. Made.Issuer.Public.Kid, 0]), issuer)));
        yield return ("an issuer key off the curve", 6, Raw.Map((Raw.Bytes([1, 2, 3, 4]), Raw.Map((Raw.Int(1), Raw.Bytes([2, .. DocumentVectors.OffCurve()]))))));
        yield return ("no site key", 7, Raw.Array());
        yield return ("the same site key twice", 7, Raw.Array(Raw.Bytes(Made.SiteKey.Public.Span), Raw.Bytes(Made.SiteKey.Public.Span)));
        yield return ("three site keys", 7, Raw.Array(
            Raw.Bytes(Made.SiteKey.Public.Span), Raw.Bytes(Made.NewerSiteKey.Public.Span), Raw.Bytes(Made.Device.Public.Span)));
        yield return ("an uncompressed site key", 7, Raw.Array(Raw.Bytes(Made.SiteKey.Public.ToUncompressed())));
        yield return ("sets not ascending", 8, Raw.Array(Raw.Int(2), Raw.Int(1)));
        yield return ("a set twice", 8, Raw.Array(Raw.Int(1), Raw.Int(1)));
        yield return ("a set of 17 bits", 8, Raw.Array(Raw.Int(65536)));
        byte[] Schedule(int days, int start, int end) => Raw.Map((Raw.Int(2), Raw.Array(Raw.Array(Raw.Int(days), Raw.Int(start), Raw.Int(end)))));
        yield return ("schedule 0", 9, Raw.Map((Raw.Int(0), Raw.Array())));
        yield return ("an interval on no day", 9, Schedule(0, 0, 1));
        yield return ("an eighth day", 9, Schedule(128, 0, 1));
        yield return ("an interval that starts at 1440", 9, Schedule(1, 1440, 1500));
        yield return ("an empty interval", 9, Schedule(1, 60, 60));
        yield return ("an interval past 2880", 9, Schedule(1, 60, 2881));
        yield return ("65 intervals", 9, Raw.Map((Raw.Int(2), Raw.Array([.. Enumerable.Repeat(Raw.Array(Raw.Int(1), Raw.Int(0), Raw.Int(1)), 65)]))));
        yield return ("schedules unsorted", 9, Raw.Map((Raw.Int(3), Raw.Array()), (Raw.Int(2), Raw.Array())));
        byte[] Step(long from, int offset) => Raw.Array(Raw.Int(from), Raw.Int(offset));
        yield return ("no zone", 10, Raw.Array());
        yield return ("a zone that starts late", 10, Raw.Array(Step(1, 0)));
        yield return ("a zone that does not rise", 10, Raw.Array(Step(0, 0), Step(5, 60), Step(5, 0)));
        yield return ("an offset of more than 18 hours", 10, Raw.Array(Step(0, 1081)));
        yield return ("an offset of less than -18 hours", 10, Raw.Array(Step(0, -1081)));
        byte[] Day(long date) => Raw.Map((Raw.Int(date), Raw.Map((Raw.Int(1), Raw.Text("x")))));
        foreach (var date in new long[] { 20260230, 20270229, 20261301, 20260100, 19691231, 260101, 0, uint.MaxValue })
            yield return ($"a holiday on {date}", 11, Day(date));
        yield return ("a holiday without a name", 11, Raw.Map((Raw.Int(20260101), Raw.Map())));
        yield return ("a holiday with a name of 65 bytes", 11, Raw.Map((Raw.Int(20260101), Raw.Map((Raw.Int(1), Raw.Text(new string('a', 65)))))));
        yield return ("a state of 0", 12, Raw.Map((Raw.Int(1), Raw.Int(0))));
        yield return ("a state of 4", 12, Raw.Map((Raw.Int(1), Raw.Int(4))));
        yield return ("a state twice", 12, Raw.Map((Raw.Int(1), Raw.Int(1)), (Raw.Int(1), Raw.Int(2))));
        yield return ("a lowest serial of 0", 13, Raw.Map((Raw.Int(1), Raw.Int(0))));
        byte[] Enrolled(params (byte[], byte[])[] entries) => Raw.Map((Raw.Bytes(Made.Foreign.Public.Span), Raw.Map(entries)));
        yield return ("an enrolled key of user 0", 15, Enrolled((Raw.Int(1), Raw.Int(0)), (Raw.Int(2), Raw.Array())));
        yield return ("an enrolled key without rules", 15, Enrolled((Raw.Int(1), Raw.Int(1))));
        yield return ("an enrolled key from 0", 15, Enrolled((Raw.Int(1), Raw.Int(1)), (Raw.Int(2), Raw.Array()), (Raw.Int(3), Raw.Int(0))));
        yield return ("an enrolled key that says no end", 15, Enrolled((Raw.Int(1), Raw.Int(1)), (Raw.Int(2), Raw.Array()), (Raw.Int(4), Raw.Int(UnixTime.End))));
        yield return ("an empty server address", 16, Raw.Array(Raw.Text("")));
        yield return ("17 servers", 16, Raw.Array([.. Enumerable.Repeat(Raw.Text("wss://a"), 17)]));
    }

    private static IEnumerable<(string, long, byte[])> WrongSettings()
    {
        yield return ("an empty name", 1, Raw.Text(""));
        yield return ("a name of 65 bytes", 1, Raw.Text(new string('a', 63) + "ě"));
        yield return ("an empty Reader ID", 2, Raw.Text(""));
        yield return ("a Reader ID of nine characters", 2, Raw.Text("123456789"));
        yield return ("a Reader ID with a space", 2, Raw.Text("A B"));
        yield return ("a Reader ID beyond ASCII", 2, Raw.Text("Ř1"));
        yield return ("in service as a number", 3, Raw.Int(1));
        yield return ("unlock 0 s", 4, Raw.Int(0));
        yield return ("unlock 256 s", 4, Raw.Int(256));
        yield return ("long unlock 0 s", 5, Raw.Int(0));
        yield return ("presentation 3", 6, Raw.Int(3));
        yield return ("a ninth way", 7, Raw.Int(256));
        yield return ("degraded 2", 10, Raw.Int(2));
        yield return ("range 50 %", 12, Raw.Int(50));
        yield return ("a fifteenth setting", 15, Raw.Bool(true));
    }

    private static IEnumerable<JsonObject> Diffs()
    {
        yield return Diff("nothing", Made.Bundle, Made.Bundle);
        yield return Diff("everything", Made.Bundle, Full with { Site = Made.OtherSite, Reader = Made.OtherReader });
        yield return Diff("everything back", Full, Made.Bundle);
        yield return Diff("a revocation", Made.Bundle, Made.Bundle with { States = Made.Bundle.States.Add(17, KeyState.Revoked) });
        yield return Diff("a lowest serial", Made.Bundle, Made.Bundle with { MinSerials = Made.Bundle.MinSerials.Add(17, 4) });
        yield return Diff("a state changes, one goes", Full, Full with { States = Full.States.SetItem(0, KeyState.Suspended).Remove(23) });
        yield return Diff("another schedule under the same number", Made.Bundle,
            Made.Bundle with { Schedules = Made.Bundle.Schedules.SetItem(2, new Schedule([new Interval(Days.All, 0, 1440)])) });
    }

    private static IEnumerable<JsonObject> Deltas()
    {
        byte[] Change(params byte[][] items) => Raw.Array(items);
        yield return Delta("empty", Raw.Array(), "ok", null);
        yield return Delta("a revocation", Raw.Array(Change(Raw.Int(12), Raw.Int(17), Raw.Int(1))), "ok", null);
        yield return Delta("removes what is not there", Raw.Array(Change(Raw.Int(12), Raw.Int(17))), "ok", null);
        yield return Delta("sections and keys in order", Raw.Array(
            Change(Raw.Int(4), Raw.Bool(false)), Change(Raw.Int(12), Raw.Int(1), Raw.Int(1)), Change(Raw.Int(12), Raw.Int(2), Raw.Int(1))), "ok", null);
        yield return Delta("a holiday on no day", Raw.Array(Change(Raw.Int(11), Raw.Int(20260230), Raw.Map((Raw.Int(1), Raw.Text("x"))))), "ok", "holidays");
        yield return Delta("sets not ascending", Raw.Array(Change(Raw.Int(8), Raw.Array(Raw.Int(2), Raw.Int(1)))), "ok", "sets");
        yield return Delta("a byte behind", [.. Raw.Array(), 0], "malformed", null);
        yield return Delta("a map", Raw.Map(), "malformed", null);
        yield return Delta("indefinite", Raw.IndefiniteArray(), "malformed", null);
        yield return Delta("sections out of order", Raw.Array(Change(Raw.Int(14), Raw.Int(6)), Change(Raw.Int(4), Raw.Bool(false))), "malformed", null);
        yield return Delta("keys out of order", Raw.Array(
            Change(Raw.Int(12), Raw.Int(2), Raw.Int(1)), Change(Raw.Int(12), Raw.Int(1), Raw.Int(1))), "malformed", null);
        yield return Delta("an entry twice", Raw.Array(
            Change(Raw.Int(12), Raw.Int(1), Raw.Int(1)), Change(Raw.Int(12), Raw.Int(1))), "malformed", null);
        yield return Delta("a section twice", Raw.Array(Change(Raw.Int(4), Raw.Bool(true)), Change(Raw.Int(4), Raw.Bool(false))), "malformed", null);
        yield return Delta("section 0", Raw.Array(Change(Raw.Int(0), Raw.Int(1))), "malformed", null);
        yield return Delta("section 17", Raw.Array(Change(Raw.Int(17), Raw.Int(1))), "malformed", null);
        yield return Delta("one item", Raw.Array(Change(Raw.Int(4))), "malformed", null);
        yield return Delta("four items", Raw.Array(Change(Raw.Int(12), Raw.Int(1), Raw.Int(1), Raw.Int(1))), "malformed", null);
        yield return Delta("a whole section by key", Raw.Array(Change(Raw.Int(4), Raw.Int(1), Raw.Bool(true))), "malformed", null);
        yield return Delta("a table as a whole", Raw.Array(Change(Raw.Int(12), Raw.Map())), "malformed", null);
        yield return Delta("a state of 0", Raw.Array(Change(Raw.Int(12), Raw.Int(1), Raw.Int(0))), "malformed", null);
        yield return Delta("a value of another kind", Raw.Array(Change(Raw.Int(14), Raw.Text("5"))), "malformed", null);
    }

    private static JsonObject Vector(string name, byte[] bytes, string expect) => new()
    {
        ["name"] = name, ["bytes"] = VectorFile.Hex(bytes), ["expect"] = expect,
        ["stateHash"] = expect == "ok" ? VectorFile.Hex(SHA256.HashData(bytes)) : null,
    };

    private static JsonObject Diff(string name, Bundle from, Bundle to) => new()
    {
        ["name"] = name, ["from"] = VectorFile.Hex(from.ToCbor()), ["to"] = VectorFile.Hex(to.ToCbor()), ["expect"] = "ok",
        ["delta"] = VectorFile.Hex(Bundle.Diff(from, to).ToBytes()),
    };

    private static JsonObject Delta(string name, byte[] delta, string expect, string? lint) => new()
    {
        ["name"] = name, ["delta"] = VectorFile.Hex(delta), ["expect"] = expect, ["lint"] = lint,
    };

    private static JsonObject Run(JsonObject vector)
    {
        var bytes = vector["bytes"].Bytes();
        if (!Bundle.TryRead(bytes, out var bundle))
            return new() { ["expect"] = "malformed", ["stateHash"] = null };
        Assert.Equal(bytes, bundle.ToCbor());
        return new() { ["expect"] = "ok", ["stateHash"] = VectorFile.Hex(bundle.StateHash()) };
    }

    private static JsonObject RunDiff(JsonObject vector)
    {
        Assert.True(Bundle.TryRead(vector["from"].Bytes(), out var from));
        Assert.True(Bundle.TryRead(vector["to"].Bytes(), out var to));
        Assert.True(from.TryApply(ReadDelta(vector["delta"].Bytes())!, out var applied));
        Assert.Equal(to, applied);
        return new() { ["expect"] = "ok", ["delta"] = VectorFile.Hex(Bundle.Diff(from, to).ToBytes()) };
    }

    private static JsonObject RunApply(JsonObject vector)
    {
        if (ReadDelta(vector["delta"].Bytes()) is not { } delta || !Made.Bundle.TryApply(delta, out var next))
            return new() { ["expect"] = "malformed", ["lint"] = null };
        return new() { ["expect"] = "ok", ["lint"] = Bundle.Lint(next) is { } fault ? Snake.Case(fault) : null };
    }

    private static Delta? ReadDelta(byte[] bytes) => Protocol.Bundles.Delta.TryRead(bytes, out var delta) ? delta : null;
}
