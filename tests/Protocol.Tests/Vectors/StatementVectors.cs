using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Tests.Vectors;

static class StatementVectors
{
    public static VectorSet Set { get; } =
        new("statements.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>> { ["apply"] = Run });

    private static readonly Bundle Next = Made.Bundle with { States = Made.Bundle.States.Add(17, KeyState.Revoked) };

    public static Statement Snapshot { get; } = new()
    {
        Site = Made.Site, Reader = Made.Reader, Epoch = 1, Seq = 10, IssuedAt = Made.Now, ExpiresAt = Made.Now + 7 * 86400,
        Snapshot = Made.Bundle, StateHash = Made.Bundle.StateHash(),
    };

    public static byte[] SignedSnapshot { get; } = Snapshot.Sign(Made.SiteKey);

    public static BundleState Start { get; } = new() { Site = Made.Site, Reader = Made.Reader, SiteKeys = [Made.SiteKey.Public] };

    public static BundleState After { get; } = Start with
    {
        Bundle = Made.Bundle, Epoch = 1, Seq = 10, IssuedAt = Made.Now, ExpiresAt = Made.Now + 7 * 86400,
        LastHash = SHA256.HashData(SignedSnapshot), StateHash = Made.Bundle.StateHash(),
    };

    public static Statement Change { get; } = Snapshot with
    {
        Seq = 12, IssuedAt = Made.Now + 5, Snapshot = null, Delta = Bundle.Diff(Made.Bundle, Next), Prev = After.LastHash, StateHash = Next.StateHash(),
    };

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/statements.md",
        ["about"] = "apply: a statement on a state, steps 1 to 8. after is the state that is then kept; without a refusal its lastHash is SHA-256 of bytes.",
        ["apply"] = VectorSet.Group([.. Good(), .. Refused(), .. Precedence(), .. Malformed()]),
    };

    private static IEnumerable<JsonObject> Good()
    {
        yield return Vector("the first snapshot", Start, SignedSnapshot, "ok", After);
        var changed = Change.Sign(Made.SiteKey);
        var afterwards = After with
        {
            Bundle = Next, Seq = 12, IssuedAt = Made.Now + 5, LastHash = SHA256.HashData(changed), StateHash = Next.StateHash(),
        };
        yield return Vector("a delta", After, changed, "ok", afterwards);
        var refresh = Change with { Seq = 10, Delta = Delta.Empty, StateHash = After.StateHash, ExpiresAt = Made.Now + 8 * 86400 };
        var refreshed = refresh.Sign(Made.SiteKey);
        yield return Vector("a refresh", After, refreshed, "ok",
            After with { IssuedAt = Made.Now + 5, ExpiresAt = Made.Now + 8 * 86400, LastHash = SHA256.HashData(refreshed) });
        yield return Vector("an expired one while the clock is not trusted", After, changed, "ok", afterwards, now: Made.Now + 100 * 86400, clockTrusted: false);
        var rotating = Made.Bundle with { SiteKeys = [Made.SiteKey.Public, Made.NewerSiteKey.Public] };
        var rotation = (Snapshot with { Seq = 11, Snapshot = rotating, StateHash = rotating.StateHash() }).Sign(Made.SiteKey);
        var rotated = After with
        {
            Bundle = rotating, Seq = 11, SiteKeys = rotating.SiteKeys, LastHash = SHA256.HashData(rotation), StateHash = rotating.StateHash(),
        };
        yield return Vector("brings a newer site key", After, rotation, "ok", rotated);
        var epoch = (Snapshot with { Epoch = 2, Seq = 0, Snapshot = rotating, StateHash = rotating.StateHash() }).Sign(Made.NewerSiteKey);
        yield return Vector("a higher epoch by the newer key, its seq starting over", rotated, epoch, "ok",
            rotated with { Epoch = 2, Seq = 0, LastHash = SHA256.HashData(epoch) });
        yield return Vector("a higher epoch by the older key", rotated,
            (Snapshot with { Epoch = 2, Snapshot = rotating, StateHash = rotating.StateHash() }).Sign(Made.SiteKey), "epoch_by_old_key", rotated);
    }

    private static IEnumerable<JsonObject> Refused()
    {
        var hash = SHA256.HashData("another"u8);
        yield return Refusal("signed by an issuer", Change.Sign(Made.Issuer), "bad_signature");
        yield return Refusal("signed by a key the reader does not know yet", Change.Sign(Made.NewerSiteKey), "bad_signature");
        yield return Refusal("one bit of the signature", (Cose(Change) with { Signature = s => [(byte)(s[0] ^ 1), .. s[1..]] }).ToBytes(), "bad_signature");
        yield return Refusal("for another reader", (Change with { Reader = Made.OtherReader }).Sign(Made.SiteKey), "not_mine");
        yield return Refusal("for another site", (Change with { Site = Made.OtherSite }).Sign(Made.SiteKey), "not_mine");
        yield return Refusal("the same again", SignedSnapshot, "already_applied");
        yield return Refusal("an older one", (Change with { Seq = 9 }).Sign(Made.SiteKey), "rollback");
        yield return Refusal("the same numbers with other content",
            (Snapshot with { Snapshot = Next, StateHash = Next.StateHash() }).Sign(Made.SiteKey), "rollback");
        yield return Refusal("the same seq, issued earlier", (Change with { Seq = 10, IssuedAt = Made.Now - 1 }).Sign(Made.SiteKey), "rollback");
        yield return Refusal("a higher epoch in a delta", (Change with { Epoch = 2 }).Sign(Made.SiteKey), "epoch_in_delta");
        yield return Vector("expires now", After, Change.Sign(Made.SiteKey), "expired", After, now: Change.ExpiresAt);
        yield return Refusal("follows another one", (Change with { Prev = hash }).Sign(Made.SiteKey), "gap");
        yield return Vector("a delta on nothing", Start with { Epoch = 1 }, Change.Sign(Made.SiteKey), "gap", Start with { Epoch = 1 });
        yield return Refusal("another state hash", (Change with { StateHash = hash }).Sign(Made.SiteKey), "mismatch");
        yield return Refusal("a delta that leaves no sound bundle", Unsound(), "mismatch");
        var foreign = Made.Bundle with { Reader = Made.OtherReader };
        yield return Refusal("another reader's bundle inside",
            Cose(Change, entries => Snapshotted(entries, foreign)).ToBytes(), "mismatch");
        yield return Refusal("a snapshot under another hash",
            Cose(Change, entries => Snapshotted(entries, Next).With(10, Raw.Bytes(hash))).ToBytes(), "mismatch");
    }

    // Each undoes one fault of the one before.
    private static IEnumerable<JsonObject> Precedence()
    {
        var hash = SHA256.HashData("another"u8);
        var at = Made.Now + 100 * 86400;
        var worst = Change with { Reader = Made.OtherReader, Seq = 9, Prev = hash, StateHash = hash };
        yield return Vector("all wrong: signature first", After, worst.Sign(Made.Issuer), "bad_signature", After, at);
        yield return Vector("then whose it is", After, worst.Sign(Made.SiteKey), "not_mine", After, at);
        yield return Vector("then its age", After, (worst with { Reader = Made.Reader }).Sign(Made.SiteKey), "rollback", After, at);
        yield return Vector("then its epoch", After, (worst with { Reader = Made.Reader, Epoch = 2 }).Sign(Made.SiteKey), "epoch_in_delta", After, at);
        yield return Vector("then its end", After, (worst with { Reader = Made.Reader, Seq = 12 }).Sign(Made.SiteKey), "expired", After, at);
        yield return Vector("then what it follows", After, (worst with { Reader = Made.Reader, Seq = 12 }).Sign(Made.SiteKey), "gap", After);
        yield return Vector("then what comes out", After, (Change with { StateHash = hash }).Sign(Made.SiteKey), "mismatch", After);
    }

    private static IEnumerable<JsonObject> Malformed()
    {
        foreach (var (name, bytes) in Cose(Change).WrongFrames())
            yield return Refusal(name, bytes, "malformed");
        foreach (var key in new long[] { 1, 2, 3, 4, 5, 6, 7, 9, 10 })
            yield return Refusal($"without {key}", Cose(Change, entries => entries.Without(key)).ToBytes(), "malformed");
        foreach (var (name, change) in WrongEntries())
            yield return Refusal(name, Cose(Change, change).ToBytes(), "malformed");
        yield return Refusal("an access document by a site key", Made.Typical.Sign(Made.SiteKey), "malformed");
    }

    private static IEnumerable<(string, Func<RawMap, RawMap>)> WrongEntries()
    {
        yield return ("epoch 0", entries => entries.With(3, Raw.Int(0)));
        yield return ("epoch of 2^53", entries => entries.With(3, Raw.Int(1L << 53)));
        yield return ("seq of 2^53", entries => entries.With(4, Raw.Int(1L << 53)));
        yield return ("seq in eight bytes", entries => entries.With(4, Raw.LongInt(12)));
        yield return ("expires not after issue", entries => entries.With(6, Raw.Int(Made.Now + 5)));
        yield return ("snapshot and delta", entries => entries.With(8, Made.Bundle.ToCbor()));
        yield return ("a snapshot that follows something", entries => entries.Without(9).With(8, Next.ToCbor()));
        yield return ("a snapshot that is no bundle", entries => entries.Without(9).Without(7).With(8, Raw.Map()));
        yield return ("a delta that is none", entries => entries.With(9, Raw.Map()));
        yield return ("a delta out of order", entries => entries.With(9, Raw.Array(
            Raw.Array(Raw.Int(14), Raw.Int(6)), Raw.Array(Raw.Int(4), Raw.Bool(false)))));
        yield return ("prev of 31 bytes", entries => entries.With(7, Raw.Bytes(new byte[31])));
        yield return ("state hash of 33 bytes", entries => entries.With(10, Raw.Bytes(new byte[33])));
        yield return ("an unknown entry", entries => entries.With(11, Raw.Int(0)));
        yield return ("unsorted", entries => entries.Swapped());
        yield return ("an entry twice", entries => entries.Twice(4));
    }

    private static byte[] Unsound()
    {
        // One site key twice: well formed, but no bundle.
        var keys = Raw.Array(Raw.Bytes(Made.SiteKey.Public.Span), Raw.Bytes(Made.SiteKey.Public.Span));
        var broken = Made.Bundle with { SiteKeys = [Made.SiteKey.Public, Made.SiteKey.Public] };
        return Cose(Change, entries => entries
            .With(9, Raw.Array(Raw.Array(Raw.Int(7), keys)))
            .With(10, Raw.Bytes(broken.StateHash()))).ToBytes();
    }

    private static RawMap Snapshotted(RawMap entries, Bundle bundle) =>
        entries.Without(9).Without(7).With(8, bundle.ToCbor()).With(10, Raw.Bytes(bundle.StateHash()));

    private static RawCose Cose(Statement statement, Func<RawMap, RawMap>? change = null)
    {
        Assert.True(Protocol.Credentials.Cose.TryRead(statement.Sign(Made.SiteKey), Typ.Statement, out var signed));
        var entries = RawMap.Of(signed.Payload);
        return new(Typ.Statement, (change is null ? entries : change(entries)).ToBytes(), Made.SiteKey);
    }

    private static JsonObject Refusal(string name, byte[] bytes, string expect) => Vector(name, After, bytes, expect, After);

    private static JsonObject Vector(
        string name, BundleState state, byte[] bytes, string expect, BundleState after, long? now = null, bool clockTrusted = true) => new()
    {
        ["name"] = name,
        ["state"] = Json(state),
        ["bytes"] = VectorFile.Hex(bytes),
        ["now"] = now ?? Made.Now + 60,
        ["clockTrusted"] = clockTrusted,
        ["expect"] = expect,
        ["after"] = expect == "ok" ? Json(after) : null,
    };

    private static JsonObject Run(JsonObject vector)
    {
        var state = State(vector["state"]!.AsObject());
        var outcome = Applying.Apply(state, vector["bytes"].Bytes(), vector["now"].Number(), vector["clockTrusted"]!.GetValue<bool>());
        if (outcome.Refusal is { } refusal)
        {
            Assert.Same(state, outcome.State);
            Assert.Equal(Snake.Case(refusal), refusal.Name());
            return new() { ["expect"] = refusal.Name(), ["after"] = null };
        }

        return new() { ["expect"] = "ok", ["after"] = JsonNode.Parse(Json(outcome.State).ToJsonString()) };
    }

    private static JsonObject Json(BundleState state) => new()
    {
        ["site"] = VectorFile.Hex(state.Site.ToBytes()), ["reader"] = VectorFile.Hex(state.Reader.ToBytes()),
        ["siteKeys"] = Made.Json(state.SiteKeys, key => VectorFile.Hex(key.Span)),
        ["epoch"] = state.Epoch, ["seq"] = state.Seq, ["issuedAt"] = state.IssuedAt, ["expiresAt"] = state.ExpiresAt,
        ["lastHash"] = VectorFile.Hex(state.LastHash), ["stateHash"] = VectorFile.Hex(state.StateHash),
        ["bundle"] = state.Bundle is null ? null : VectorFile.Hex(state.Bundle.ToCbor()),
    };

    private static BundleState State(JsonObject json)
    {
        Bundle? bundle = null;
        if (json["bundle"] is { } bytes)
            Assert.True(Bundle.TryRead(bytes.Bytes(), out bundle));
        return new()
        {
            Site = json["site"].SiteOf(), Reader = json["reader"].ReaderOf(), SiteKeys = [.. json["siteKeys"]!.AsArray().Select(key => key.Key())],
            Epoch = json["epoch"].Number(), Seq = json["seq"].Number(), IssuedAt = json["issuedAt"].Number(), ExpiresAt = json["expiresAt"].Number(),
            LastHash = json["lastHash"].Bytes(), StateHash = json["stateHash"].Bytes(), Bundle = bundle,
        };
    }
}
