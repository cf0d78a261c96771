using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Handshake;
using Latchkey.Protocol.Wire;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>Writes <c>vectors/reader-certificate.json</c> and <c>vectors/reader-revocation-list.json</c>.</summary>
static class CertificateVectors
{
    public const string CertificateFile = "reader-certificate.json";
    public const string ListFile = "reader-revocation-list.json";

    private static readonly LabelledKey OtherIssuer = new("pkoc-test other-issuer");
    private static readonly ReaderId Nobody = new(Guid.Empty);
    private static readonly byte[] OffCurvePoint = [2, .. new byte[31], 1];

    public static JsonObject WriteCertificates() => new()
    {
        ["page"] = "spec/pkoc-ble.md",
        ["about"] = "`bytes` reads (exact length, version, key on the curve) to the fields of `expect`, or `expect` is `refused`. "
            + "`signed` says whether one of `siteKeys` signed it. The first was computed independently.",
        ["vectors"] = new JsonArray([.. Certificates()]),
    };

    public static JsonObject WriteLists() => new()
    {
        ["page"] = "spec/pkoc-ble.md",
        ["about"] = "`bytes` reads for `site` under `siteKeys` (length, version, issuer, signature) to `expect`, or `expect` is `refused`. "
            + "In `replaces`, `next` takes the place of `stored` only if it was issued later. The first was computed independently.",
        ["vectors"] = new JsonArray([.. Lists()]),
        ["replaces"] = new JsonArray(
            Replaces("later", 100, 101, true), Replaces("the same second", 100, 100, false), Replaces("earlier", 100, 99, false)),
    };

    private static IEnumerable<JsonNode> Certificates()
    {
        yield return Certificate("known", Pkoc.Certificate, signed: true);
        yield return Certificate("no beginning, no end", Certify(0, uint.MaxValue, SiteIssuer), signed: true);
        yield return Certificate("by the newer of two keys", Certify(1, 2, OtherIssuer), signed: true, [SiteIssuer, OtherIssuer]);
        yield return Certificate("by a key that is not the site's", Certify(1, 2, OtherIssuer), signed: false);
        yield return Certificate("no key", Pkoc.Certificate, signed: false, keys: []);
        for (var at = 1; at < ReaderCertificate.Bytes; at += 8)
            if (ReaderCertificate.TryRead(Flip(Pkoc.Certificate, at), out _))
                yield return Certificate($"bit flipped in byte {at}", Flip(Pkoc.Certificate, at), signed: false);
        yield return Refused("empty", []);
        yield return Refused("137 bytes", Pkoc.Certificate[..^1]);
        yield return Refused("139 bytes", [.. Pkoc.Certificate, 0]);
        yield return Refused("version 0", [0, .. Pkoc.Certificate[1..]]);
        yield return Refused("version 2", [2, .. Pkoc.Certificate[1..]]);
        yield return Refused("key not on the curve", [.. Pkoc.Certificate[..41], .. OffCurvePoint, .. Pkoc.Certificate[74..]]);
        yield return Refused("key with prefix 04", [.. Pkoc.Certificate[..41], 4, .. Pkoc.Certificate[42..]]);
    }

    private static IEnumerable<JsonNode> Lists()
    {
        var empty = ReaderRevocationList.Sign(Site, 100, [], SiteIssuer);
        var ten = ReaderRevocationList.Sign(
            Site, 100, [.. Enumerable.Range(1, 10).Select(i => new RevokedReader(new ReaderId(new Guid(i, 0, 0, new byte[8])), (uint)i))], SiteIssuer);
        yield return List("known", RevocationList);
        yield return List("nobody: 87 bytes", empty);
        yield return List("ten: 287 bytes", ten);
        yield return List("by the newer of two keys", ReaderRevocationList.Sign(Site, 100, [], OtherIssuer), keys: [SiteIssuer, OtherIssuer]);
        yield return List("the same reader twice", ReaderRevocationList.Sign(Site, 100, [new(Nobody, 1), new(Nobody, 2)], SiteIssuer));
        yield return Bad("empty", []);
        yield return Bad("86 bytes", empty[..^1]);
        yield return Bad("a byte behind", [.. RevocationList, 0]);
        yield return Bad("count too high", Flip(RevocationList, 22));
        yield return Bad("count of 65535", [.. RevocationList[..21], 0xFF, 0xFF, .. RevocationList[23..]]);
        yield return Bad("version 2", Resigned([2, .. RevocationList[1..^64]]));
        yield return Bad("another site", ReaderRevocationList.Sign(new SiteId(Guid.Empty), 100, [], SiteIssuer));
        yield return Bad("another key", ReaderRevocationList.Sign(Site, 100, [], OtherIssuer));
        yield return Bad("no key", empty, keys: []);
        yield return Bad("bit flipped in the site", Flip(RevocationList, 5));
        yield return Bad("bit flipped in the time", Flip(RevocationList, 18));
        yield return Bad("bit flipped in the reader", Flip(RevocationList, 30));
        yield return Bad("bit flipped in the signature", Flip(RevocationList, 90));
    }

    private static JsonObject Certificate(string name, byte[] bytes, bool signed, LabelledKey[]? keys = null)
    {
        Assert.True(ReaderCertificate.TryRead(bytes, out var certificate));
        return new JsonObject
        {
            ["name"] = name,
            ["bytes"] = VectorFile.Hex(bytes),
            ["siteKeys"] = KeysOf(keys ?? [SiteIssuer]),
            ["expect"] = new JsonObject
            {
                ["reader"] = VectorFile.Hex(certificate.Reader.ToBytes()),
                ["site"] = VectorFile.Hex(certificate.Site.ToBytes()),
                ["notBefore"] = certificate.NotBefore,
                ["notAfter"] = certificate.NotAfter,
                ["key"] = certificate.ReaderKey.ToString(),
                ["fingerprint"] = VectorFile.Hex(SHA256.HashData(bytes)),
                ["signed"] = signed,
            },
        };
    }

    private static JsonObject Refused(string name, byte[] bytes) => new()
    {
        ["name"] = name,
        ["bytes"] = VectorFile.Hex(bytes),
        ["siteKeys"] = KeysOf([SiteIssuer]),
        ["expect"] = "refused",
    };

    private static JsonObject List(string name, byte[] bytes, LabelledKey[]? keys = null)
    {
        LabelledKey[] known = keys ?? [SiteIssuer];
        Assert.True(ReaderRevocationList.TryRead(bytes, Site, [.. known.Select(key => key.Public)], out var list));
        return Vector(name, bytes, known, new JsonObject
        {
            ["issued"] = list.Issued,
            ["readers"] = new JsonArray([.. list.Readers.Select(entry => (JsonNode)new JsonObject
            {
                ["reader"] = VectorFile.Hex(entry.Reader.ToBytes()),
                ["time"] = entry.Time,
            })]),
        });
    }

    private static JsonObject Bad(string name, byte[] bytes, LabelledKey[]? keys = null) =>
        Vector(name, bytes, keys ?? [SiteIssuer], "refused");

    private static JsonObject Vector(string name, byte[] bytes, LabelledKey[] keys, JsonNode expect) => new()
    {
        ["name"] = name,
        ["bytes"] = VectorFile.Hex(bytes),
        ["site"] = VectorFile.Hex(Site.ToBytes()),
        ["siteKeys"] = KeysOf(keys),
        ["expect"] = expect,
    };

    private static JsonObject Replaces(string name, uint stored, uint next, bool expect) => new()
    {
        ["name"] = name,
        ["site"] = VectorFile.Hex(Site.ToBytes()),
        ["siteKeys"] = KeysOf([SiteIssuer]),
        ["stored"] = VectorFile.Hex(ReaderRevocationList.Sign(Site, stored, [], SiteIssuer)),
        ["next"] = VectorFile.Hex(ReaderRevocationList.Sign(Site, next, [], SiteIssuer)),
        ["expect"] = expect,
    };

    private static byte[] Certify(uint notBefore, uint notAfter, LabelledKey issuer) =>
        ReaderCertificate.Sign(Reader, Site, notBefore, notAfter, ReaderSigning.Public, issuer);

    private static byte[] Resigned(byte[] body) => [.. body, .. SiteIssuer.Sign(body)];

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        return flipped;
    }

    private static JsonArray KeysOf(LabelledKey[] keys) => [.. keys.Select(key => (JsonNode)key.Public.ToString())];
}
