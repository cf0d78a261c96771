using System.IO.Compression;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Tests.Vectors;

static class StatusListVectors
{
    private static readonly (uint, KeyState)[] States =
        [(0, KeyState.Revoked), (1, KeyState.Suspended), (2, KeyState.UserInactive), (4, KeyState.Revoked), (131071, KeyState.Suspended)];

    public static VectorSet Set { get; } =
        new("status-list.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>> { ["read"] = Run }) { SameBytes = false };

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/status-list.md",
        ["about"] = "read: steps 1 to 3. states names the keys that are not valid.",
        ["read"] = VectorSet.Group([.. Good(), .. Refused(), .. Malformed()]),
    };

    private static IEnumerable<JsonObject> Good()
    {
        yield return Ok("nobody", 0, []);
        yield return Ok("one chunk of three", 1, [(131073, KeyState.Suspended)], 3);
        yield return Ok("all states, first and last key", 0, States);
        yield return Ok("the last chunk", 32767, [(uint.MaxValue - 1, KeyState.Revoked)]);
        yield return Ok("a thousand in order", 1, [.. Enumerable.Range(0, 1000).Select(i => (131072u + (uint)(i * 131), (KeyState)(1 + i % 3)))]);
        var stored = Claims().With(65533, List(Zlib([0x39], CompressionLevel.NoCompression)));
        yield return Vector("deflated without compression", Cose(stored).ToBytes(), "ok", Json(0, [(0, KeyState.Revoked), (1, KeyState.Suspended), (2, KeyState.UserInactive)]));
    }

    private static IEnumerable<JsonObject> Refused()
    {
        var good = Cose(Claims());
        yield return Vector("another site", Signed(StatusList.Build(Made.OtherSite, 0, 1, 5, Made.Now, Made.Now + 86400, 3600, []), Made.Issuer), "wrong_site", null);
        yield return Vector("another issuer", Signed(StatusList.Build(Made.Site, 0, 1, 5, Made.Now, Made.Now + 86400, 3600, []), Made.OtherIssuer), "unknown_issuer", null);
        yield return Vector("one bit of the signature", (good with { Signature = s => [(byte)(s[0] ^ 1), .. s[1..]] }).ToBytes(), "bad_signature", null);
        yield return Vector("an access document", Made.Typical.Sign(Made.Issuer), "malformed", null);
    }

    private static IEnumerable<JsonObject> Malformed()
    {
        foreach (var (name, bytes) in Cose(Claims()).WrongFrames())
            yield return Vector(name, bytes, "malformed", null);
        foreach (var (name, claims) in WrongClaims(Claims()))
            yield return Vector(name, Cose(claims).ToBytes(), "malformed", null);
        foreach (var (name, list) in WrongLists())
            yield return Vector(name, Cose(Claims().With(65533, list)).ToBytes(), "malformed", null);
    }

    private static IEnumerable<(string, RawMap)> WrongClaims(RawMap claims)
    {
        foreach (var key in new long[] { 2, 4, 6, 65531, 65532, 65533, 65534 })
            yield return ($"without claim {key}", claims.Without(key));
        yield return ("an unknown claim", new RawMap([.. claims.Entries, (65535, Raw.Int(1))]));
        yield return ("no chunks", claims.With(65531, Raw.Int(0)));
        yield return ("a chunk that is not among the chunks", claims.With(2, Raw.Text($"latchkey:status/{Made.Site}/2")).With(65531, Raw.Int(2)));
        yield return ("more chunks than there can be", claims.With(65531, Raw.Int(32769)));
        yield return ("exp not after iat", claims.With(4, Raw.Int(Made.Now)));
        yield return ("claims unsorted", claims.Swapped());
        foreach (var subject in new[]
        {
            $"latchkey:status/{Made.Site}", $"latchkey:status/{Made.Site}/", $"latchkey:status/{Made.Site}/00", $"latchkey:status/{Made.Site}/+1",
            $"latchkey:status/{Made.Site.ToString().ToUpperInvariant()}/0", $"latchkey:status/{Made.Site.Value:D}/0", $"latchkey:status/{Made.Site}/32768",
            $"latchkey:status/{Made.Site}/0/", $"latchkey:Status/{Made.Site}/0", $"latchkey:status/{Made.Site}/0 ",
        })
            yield return ($"subject {subject.Replace(Made.Site.ToString(), "…", StringComparison.OrdinalIgnoreCase)}", claims.With(2, Raw.Text(subject)));
    }

    private static IEnumerable<(string, byte[])> WrongLists()
    {
        var zlib = Zlib([0x39]);
        yield return ("one bit a key", Raw.Map((Raw.Text("lst"), Raw.Bytes(zlib)), (Raw.Text("bits"), Raw.Int(1))));
        yield return ("the list's keys the other way round", Raw.Map((Raw.Text("bits"), Raw.Int(2)), (Raw.Text("lst"), Raw.Bytes(zlib))));
        yield return ("the list with a third key", Raw.Map((Raw.Text("lst"), Raw.Bytes(zlib)), (Raw.Text("bits"), Raw.Int(2)), (Raw.Text("more"), Raw.Int(2))));
        yield return ("an empty stream", List([]));
        yield return ("a stream of one byte", List([0x78]));
        yield return ("a byte behind the stream", List([.. zlib, 0]));
        yield return ("a stream without its checksum", List(zlib[..^4]));
        yield return ("a stream with a wrong checksum", List([.. zlib[..^1], (byte)(zlib[^1] ^ 1)]));
        yield return ("the checksum behind the stream again", List([.. zlib, .. zlib[^4..]]));
        yield return ("two streams", List([.. zlib, .. zlib]));
        yield return ("a stream that asks for a dictionary", List([0x78, 0xF9, 0, 0, 0, 1, .. zlib[2..]]));
        yield return ("raw deflate", List(zlib[2..^4]));
        yield return ("gzip", List(Gzip([0x39])));
        yield return ("last byte zero", List(Zlib([0x39, 0])));
        yield return ("one byte too many", List(Zlib([.. new byte[32768], 1])));
        yield return ("a bomb", List(Zlib(new byte[8 * 1024 * 1024])));
    }

    private static RawMap Claims() => new(
        (2, Raw.Text($"latchkey:status/{Made.Site}/0")), (4, Raw.Int(Made.Now + 86400)), (6, Raw.Int(Made.Now)),
        (65531, Raw.Int(1)), (65532, Raw.Int(5)), (65533, List(Zlib([0x39]))), (65534, Raw.Int(3600)));

    private static byte[] List(byte[] zlib) => Raw.Map((Raw.Text("lst"), Raw.Bytes(zlib)), (Raw.Text("bits"), Raw.Int(2)));

    private static RawCose Cose(RawMap claims) => new(Typ.StatusList, claims.ToBytes(), Made.Issuer);

    private static byte[] Zlib(byte[] bits, CompressionLevel level = CompressionLevel.SmallestSize)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, level))
            zlib.Write(bits);
        return output.ToArray();
    }

    private static byte[] Gzip(byte[] bits)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.SmallestSize))
            gzip.Write(bits);
        return output.ToArray();
    }

    private static byte[] Signed(Linted<StatusList> list, ISigner issuer) => StatusList.Sign(list, issuer);

    private static JsonObject Ok(string name, uint chunk, (uint, KeyState)[] states, uint? chunks = null) => Vector(
        name, Signed(StatusList.Build(Made.Site, chunk, chunks ?? chunk + 1, 5, Made.Now, Made.Now + 86400, 3600, states), Made.Issuer), "ok", Json(chunk, states, chunks));

    private static JsonObject Vector(string name, byte[] bytes, string expect, JsonObject? list) => new()
    {
        ["name"] = name,
        ["bytes"] = VectorFile.Hex(bytes),
        ["site"] = VectorFile.Hex(Made.Site.ToBytes()),
        ["issuers"] = Made.Json([Made.Issuer.Public], key => VectorFile.Hex(key.Span)),
        ["expect"] = expect,
        ["list"] = list,
    };

    private static JsonObject Json(uint chunk, IEnumerable<(uint Key, KeyState State)> states, uint? chunks = null) => new()
    {
        ["chunk"] = chunk, ["chunks"] = chunks ?? chunk + 1, ["sequence"] = 5, ["iat"] = Made.Now, ["exp"] = Made.Now + 86400, ["ttl"] = 3600,
        ["states"] = Made.Json(states, state => new JsonArray(state.Key, (int)state.State)),
    };

    private static JsonObject Run(JsonObject vector)
    {
        var issuers = vector["issuers"]!.AsArray().Select(key => key.Key());
        var refusal = StatusList.TryRead(vector["bytes"].Bytes(), vector["site"].SiteOf(), issuers, out var list);
        if (refusal is { } refused)
            return new() { ["expect"] = Snake.Case(refused), ["list"] = null };
        var first = list!.Chunk * StatusList.KeysPerChunk;
        var states = Enumerable.Range(0, StatusList.KeysPerChunk).Select(i => (Key: first + (uint)i, State: list.StateOf(first + (uint)i)))
            .Where(entry => entry.State != KeyState.Valid);
        JsonObject found = new()
        {
            ["chunk"] = list.Chunk, ["chunks"] = list.Chunks, ["sequence"] = list.Sequence, ["iat"] = list.IssuedAt, ["exp"] = list.Expires, ["ttl"] = list.Ttl,
            ["states"] = Made.Json(states, state => new JsonArray(state.Key, (int)state.State)),
        };
        return new() { ["expect"] = "ok", ["list"] = JsonNode.Parse(found.ToJsonString()) };
    }
}
