using System.Numerics;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Vectors;

static class DocumentVectors
{
    public static VectorSet Set { get; } =
        new("access-document.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>> { ["read"] = Run });

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/access-document.md",
        ["about"] = "read: the document as a reader of the site reads it, steps 1 to 7. issuers are the trusted issuer keys.",
        ["read"] = VectorSet.Group([.. Good(), .. Refused(), .. Malformed()]),
    };

    private static IEnumerable<JsonObject> Good()
    {
        yield return Ok("typical", Made.Typical);
        yield return Ok("smallest", Made.Smallest);
        yield return Ok("largest", Made.Largest);
        yield return Ok("a rule with a beginning only", Made.Typical with { Rules = [new Rule(1, 2, 5)] });
        yield return Ok("a rule with an end only", Made.Typical with { Rules = [new Rule(1, 2, 0, 5)] });
        yield return Ok("the same rule twice", Made.Typical with { Rules = [new Rule(1, 2), new Rule(1, 2)] });
        yield return Ok("no end at all", Made.Smallest with { Expires = UnixTime.End });
        yield return Ok("starts later than the document ends", Made.Smallest with { NotBefore = Made.Now + 7 * 86400 });
        yield return Ok("counted, none left", Made.Smallest with { Uses = 0 });
        yield return Ok("prefix with zeros", Made.Smallest with { Prefix = "007" });
        yield return Ok("issued in 1970", Made.Smallest with { IssuedAt = 0, Expires = 1 });
        yield return Vector("the other twin of the signature", Cose(Claims(Made.Typical)) with { Signature = Twin }, "ok", Made.Typical);
    }

    private static IEnumerable<JsonObject> Refused()
    {
        var typical = Cose(Claims(Made.Typical));
        yield return Vector("another site", Made.Typical with { Site = Made.OtherSite }, Made.Issuer, "wrong_site");
        yield return Vector("an unknown issuer", Made.Typical, Made.OtherIssuer, "unknown_credential");
        yield return Vector("another site comes before an unknown issuer", Made.Typical with { Site = Made.OtherSite }, Made.OtherIssuer, "wrong_site");
        yield return Vector("the issuer's kid under another key's signature",
            (typical with { Signer = Made.OtherIssuer, Header = typical.HeaderMap.ToBytes() }), "bad_signature", Made.Typical);
        yield return Vector("one bit of the signature", typical with { Signature = s => [.. s[..^1], (byte)(s[^1] ^ 1)] }, "bad_signature", Made.Typical);
        yield return Vector("a signature of zeros", typical with { Signature = s => new byte[s.Length] }, "bad_signature", Made.Typical);
        yield return Vector("r and s in DER order of the other", typical with { Signature = s => [.. s[32..], .. s[..32]] }, "bad_signature", Made.Typical);
        yield return Vector("a signature without external data's place",
            typical with { Signature = _ => Made.Issuer.Sign(typical.Payload) }, "bad_signature", Made.Typical);
        var changed = Made.Typical with { UserId = 1043 };
        var signature = Made.Issuer.Sign(ToBeSigned(typical));
        yield return Vector("another user id under the same signature", Cose(Claims(changed)) with { Signature = _ => signature }, "bad_signature", changed);
    }

    private static IEnumerable<JsonObject> Malformed()
    {
        foreach (var (name, bytes) in Cose(Claims(Made.Typical)).WrongFrames())
            yield return Vector(name, bytes, "malformed", null);
        foreach (var (name, payload) in WrongPayloads(Claims(Made.Largest)))
            yield return Vector(name, Cose(payload).ToBytes(), "malformed", null);
        foreach (var (name, claims) in WrongClaims(Claims(Made.Largest)))
            yield return Vector(name, Cose(claims).ToBytes(), "malformed", null);
        yield return Vector("flipped bit in the type", Flip(Made.Typical.Sign(Made.Issuer), "lk-doc"u8), "malformed", null);
    }

    private static IEnumerable<(string, byte[])> WrongPayloads(RawMap claims)
    {
        yield return ("payload empty", []);
        yield return ("payload with a byte behind", [.. claims.ToBytes(), 0]);
        yield return ("payload cut", claims.ToBytes()[..^1]);
        yield return ("payload an array", Raw.Array());
        yield return ("payload indefinite", Raw.IndefiniteMap(claims.Entries));
        yield return ("claims unsorted", claims.Swapped().ToBytes());
        yield return ("claims in the order of their numbers", Raw.Map(claims.Entries.OrderBy(entry => entry.Key)));
        yield return ("a claim twice", claims.Twice(6).ToBytes());
        yield return ("payload tagged 61", Raw.Tag(61, claims.ToBytes()));
        yield return ("text as a key", Raw.Map([.. claims.Entries.Select(entry => (Raw.Int(entry.Key), entry.Value)), (Raw.Text("a"), Raw.Int(1))]));
    }

    private static IEnumerable<(string, RawMap)> WrongClaims(RawMap claims)
    {
        foreach (var key in new long[] { 4, 6, 8, -2, -3, -4, -5, -7 })
            yield return ($"without claim {key}", claims.Without(key));
        yield return ("an unknown claim", claims.With(7, Raw.Bytes([1])));
        yield return ("an unknown private claim", claims.With(-10, Raw.Int(1)));
        yield return ("exp in eight bytes", claims.With(4, Raw.LongInt(UnixTime.End - 1)));
        yield return ("exp beyond 32 bits", claims.With(4, Raw.Int(UnixTime.End + 1)));
        yield return ("exp a float", claims.With(4, [0xFB, 0x41, 0xDA, 0, 0, 0, 0, 0, 0]));
        yield return ("exp negative", claims.With(4, Raw.Int(-1)));
        yield return ("exp not after iat", claims.With(4, Raw.Int(Made.Now)));
        yield return ("exp tagged as a time", claims.With(4, Raw.Tag(1, Raw.Int(UnixTime.End - 1))));
        yield return ("nbf not after iat", claims.With(5, Raw.Int(Made.Now)));
        yield return ("nbf null", claims.With(5, Raw.Null));
        yield return ("until before exp", claims.With(-1, Raw.Int(UnixTime.End - 2)));
        yield return ("until says no end", claims.With(-1, Raw.Int(UnixTime.End)));
        yield return ("until null", claims.With(-1, Raw.Null));
        yield return ("serial 0", claims.With(-2, Raw.Int(0)));
        yield return ("site of 15 bytes", claims.With(-3, Raw.Bytes(Made.Site.ToBytes().AsSpan(0, 15))));
        yield return ("site of 17 bytes", claims.With(-3, Raw.Bytes([.. Made.Site.ToBytes(), 0])));
        yield return ("site as text", claims.With(-3, Raw.Text(Made.Site.ToString())));
        yield return ("site in parts", claims.With(-3, [0x5F, .. Raw.Bytes(Made.Site.ToBytes()), 0xFF]));
        yield return ("key 4294967295", claims.With(-4, Raw.Int(uint.MaxValue)));
        yield return ("user id 0", claims.With(-5, Raw.Int(0)));
        foreach (var prefix in new[] { "", "9", "9999", "9a", "-9", "\u0669\u0669", " 9" })
            yield return ($"prefix \"{prefix}\"", claims.With(-6, Raw.Text(prefix)));
        yield return ("prefix a number", claims.With(-6, Raw.Int(99)));
        yield return ("prefix no UTF-8", claims.With(-6, [0x62, 0xC3, 0x28]));
        foreach (var wrong in WrongRules())
            yield return (wrong.Name, claims.With(-7, Raw.Array(wrong.Rule)));
        yield return ("33 rules", claims.With(-7, Raw.Array([.. Enumerable.Repeat(Raw.Array(Raw.Int(1), Raw.Int(2)), 33)])));
        yield return ("rules a map", claims.With(-7, Raw.Map()));
        yield return ("rules indefinite", claims.With(-7, Raw.IndefiniteArray(Raw.Array(Raw.Int(1), Raw.Int(2)))));
        yield return ("flags 0", claims.With(-8, Raw.Int(0)));
        yield return ("flags 16", claims.With(-8, Raw.Int(16)));
        yield return ("flags true", claims.With(-8, Raw.Bool(true)));
        yield return ("uses null", claims.With(-9, Raw.Null));
        yield return ("uses undefined", claims.With(-9, [0xF7]));
        foreach (var (name, confirmation) in WrongConfirmations())
            yield return (name, claims.With(8, confirmation));
    }

    private static IEnumerable<(string Name, byte[] Rule)> WrongRules()
    {
        yield return ("a rule of one item", Raw.Array(Raw.Int(1)));
        yield return ("a rule of five items", Raw.Array(Raw.Int(1), Raw.Int(2), Raw.Int(3), Raw.Int(4), Raw.Int(5)));
        yield return ("a rule with a beginning of 0 and no end", Raw.Array(Raw.Int(1), Raw.Int(2), Raw.Int(0)));
        yield return ("a rule that says no end", Raw.Array(Raw.Int(1), Raw.Int(2), Raw.Int(3), Raw.Int(UnixTime.End)));
        yield return ("a rule that ends as it begins", Raw.Array(Raw.Int(1), Raw.Int(2), Raw.Int(3), Raw.Int(3)));
        yield return ("a rule that begins at the end", Raw.Array(Raw.Int(1), Raw.Int(2), Raw.Int(UnixTime.End)));
        yield return ("a set of 17 bits", Raw.Array(Raw.Int(65536), Raw.Int(2)));
        yield return ("a schedule of 17 bits", Raw.Array(Raw.Int(1), Raw.Int(65536)));
        yield return ("a rule as a map", Raw.Map((Raw.Int(1), Raw.Int(2))));
        yield return ("a rule as a number", Raw.Int(1));
    }

    private static IEnumerable<(string, byte[])> WrongConfirmations()
    {
        var key = Made.Device.Public;
        RawMap good = new((1, Raw.Int(2)), (-1, Raw.Int(1)), (-2, Raw.Bytes(key.X)), (-3, Raw.Bool(key.Span[0] == 3)));
        byte[] In(RawMap cose) => Raw.Map((Raw.Int(1), cose.ToBytes()));
        yield return ("cnf of another key type", In(good.With(1, Raw.Int(1))));
        yield return ("cnf of another curve", In(good.With(-1, Raw.Int(2))));
        yield return ("cnf off the curve", In(good.With(-2, Raw.Bytes(OffCurve()))));
        yield return ("cnf with x not below p", In(good.With(-2, Raw.Bytes(Convert.FromHexString("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF")))));
        yield return ("cnf with x of 31 bytes", In(good.With(-2, Raw.Bytes(key.X[1..]))));
        yield return ("cnf with y as bytes", In(good.With(-3, Raw.Bytes(key.ToUncompressed().AsSpan(33)))));
        yield return ("cnf without y", In(good.Without(-3)));
        yield return ("cnf with an algorithm", In(good.With(3, Raw.Int(-7))));
        yield return ("cnf with a private key", In(good.With(-4, Raw.Bytes(new byte[32]))));
        yield return ("cnf with a kid beside", Raw.Map((Raw.Int(1), good.ToBytes()), (Raw.Int(3), Raw.Bytes([1, 2, 3, 4]))));
        yield return ("cnf with a kid alone", Raw.Map((Raw.Int(3), Raw.Bytes([1, 2, 3, 4]))));
        yield return ("cnf unsorted", Raw.Map((Raw.Int(1), good.Swapped().ToBytes())));
    }

    public static RawMap Claims(AccessDocument document)
    {
        // Taken from our own writer: what it writes is held by the vectors that are expected to read.
        Assert.True(AccessDocument.TryRead(document.Sign(Made.Issuer), out _, out var signed));
        return RawMap.Of(signed.Payload);
    }

    private static RawCose Cose(RawMap claims) => Cose(claims.ToBytes());

    private static RawCose Cose(byte[] payload) => new(Typ.Document, payload, Made.Issuer);

    private static byte[] ToBeSigned(RawCose cose) =>
        Raw.Array(Raw.Text("Signature1"), cose.Parts()[0], Raw.Bytes([]), Raw.Bytes(cose.Payload));

    private static byte[] Twin(byte[] signature)
    {
        var order = new BigInteger(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), true, true);
        var s = (order - new BigInteger(signature.AsSpan(32), true, true)).ToByteArray(true, true);
        return [.. signature[..32], .. new byte[32 - s.Length], .. s];
    }

    // The smallest change of the device's x that leaves the curve.
    public static byte[] OffCurve()
    {
        var x = Made.Device.Public.X.ToArray();
        do
            x[^1]++;
        while (PublicKey.TryRead([2, .. x], out _));
        return x;
    }

    private static byte[] Flip(byte[] bytes, ReadOnlySpan<byte> at)
    {
        bytes[bytes.AsSpan().IndexOf(at)] ^= 1;
        return bytes;
    }

    private static JsonObject Ok(string name, AccessDocument document) => Vector(name, document, Made.Issuer, "ok");

    private static JsonObject Vector(string name, AccessDocument document, ISigner issuer, string expect) =>
        Vector(name, document.Sign(issuer), expect, document);

    private static JsonObject Vector(string name, RawCose cose, string expect, AccessDocument? document) =>
        Vector(name, cose.ToBytes(), expect, document);

    private static JsonObject Vector(string name, byte[] bytes, string expect, AccessDocument? document) => new()
    {
        ["name"] = name,
        ["bytes"] = VectorFile.Hex(bytes),
        ["site"] = VectorFile.Hex(Made.Site.ToBytes()),
        ["issuers"] = Made.Json([Made.Issuer.Public], key => VectorFile.Hex(key.Span)),
        ["expect"] = expect,
        ["document"] = document is null ? null : Json(document),
    };

    public static JsonObject Json(AccessDocument document)
    {
        JsonObject json = new()
        {
            ["site"] = VectorFile.Hex(document.Site.ToBytes()), ["key"] = document.Key, ["device"] = VectorFile.Hex(document.Device.Span),
            ["iat"] = document.IssuedAt, ["nbf"] = document.NotBefore, ["exp"] = document.Expires, ["until"] = document.Until,
            ["serial"] = document.Serial, ["userId"] = document.UserId, ["prefix"] = document.Prefix,
            ["rules"] = Made.Json(document.Rules, rule => new JsonObject
            {
                ["set"] = rule.Set, ["schedule"] = rule.Schedule, ["from"] = rule.From, ["until"] = rule.Until,
            }),
            ["flags"] = (int)document.Flags, ["uses"] = document.Uses,
        };
        // Numbers compare by their text, whatever they were made from.
        return JsonNode.Parse(json.ToJsonString())!.AsObject();
    }

    private static JsonObject Run(JsonObject vector)
    {
        var issuers = vector["issuers"]!.AsArray().Select(key => new Issuer(key.Key()));
        var (authenticity, document, _) = DocumentReading.Read(vector["bytes"].Bytes(), vector["site"].SiteOf(), issuers);
        return new()
        {
            ["expect"] = authenticity switch
            {
                Authenticity.Genuine => "ok",
                Authenticity.Unknown => "unknown_credential",
                Authenticity.Malformed or Authenticity.WrongSite or Authenticity.BadSignature or Authenticity.Replayed => Snake.Case(authenticity),
            },
            ["document"] = document is null ? null : Json(document),
        };
    }
}
