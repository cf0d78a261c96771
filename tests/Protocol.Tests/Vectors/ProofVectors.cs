using System.Formats.Cbor;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>Writes <c>vectors/proofs.json</c>: what wallet, reader and server sign to show that they hold a key.</summary>
static class ProofVectors
{
    public const string File = "proofs.json";

    public static readonly Guid Nonce = new([.. Enumerable.Range(0xA0, 16).Select(i => (byte)i)], bigEndian: true);
    public static readonly LinkNonce ReaderNonce = LinkNonce.From([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    public static readonly LinkNonce ServerNonce = LinkNonce.From([.. Enumerable.Range(0x40, 32).Select(i => (byte)i)]);

    /// <summary>A proof of each kind with its signer.</summary>
    public static IEnumerable<(string Name, string Typ, Proof Proof, LabelledKey Signer)> Good()
    {
        yield return ("redeem", Typ.Redeem, new RedeemProof("K7QFM2XNZ4TR8WBC0VDH9PYE", Device.Public, Now, "Android 16, Chrome", 3), Device);
        yield return ("redeem, empty platform", Typ.Redeem, new RedeemProof("K7QFM2XNZ4TR8WBC0VDH9PYE", Device.Public, Now, "", 0), Device);
        yield return ("redeem, platform of 64 bytes that are 32 letters", Typ.Redeem, new RedeemProof("1", Device.Public, 0, new string('č', 32), uint.MaxValue), Device);
        yield return ("renew", Typ.Renew, new RenewProof(Site, 17, Now, 3), Device);
        yield return ("renew, highest numbers", Typ.Renew, new RenewProof(Site, uint.MaxValue, uint.MaxValue, uint.MaxValue), Device);
        yield return ("open", Typ.Open, new OpenProof(Site, Reader, Nonce, Now, PresentationFlags.UserVerified | PresentationFlags.ScreenLock, Now - 20), Device);
        yield return ("open, not verified", Typ.Open, new OpenProof(Site, Reader, Nonce, Now, PresentationFlags.None, null), Device);
        yield return ("link, server", Typ.LinkServer, new ServerProof(Reader, ReaderNonce, ServerNonce, Now), SiteIssuer);
        yield return ("link, reader", Typ.LinkReader, new ReaderProof(Site, Reader, ReaderNonce, ServerNonce), ReaderSigning);
    }

    public static JsonObject Write() => new()
    {
        ["page"] = "spec/wallet-api.md, spec/reader-link.md",
        ["about"] = "`payload` written from `fields` in canonical CBOR, `toBeSigned` is the Sig_structure, `signature` (RFC 6979, frozen) is by `signer`, `bytes` the "
            + "COSE_Sign1. `bytes` reads as `typ` to `fields` and verifies by `signer`. In `refused`, `bytes` does not read as `typ`. In `wrong`, it reads "
            + "and does not verify by `signer`.",
        ["vectors"] = new JsonArray([.. Good().Select(good => Vector(good.Name, good.Typ, good.Proof, good.Signer))]),
        ["refused"] = new JsonArray([.. Refused()]),
        ["wrong"] = new JsonArray([.. Wrong()]),
    };

    private static IEnumerable<JsonNode> Refused()
    {
        var redeem = new RedeemProof("K7QF", Device.Public, Now, "", 3).Sign(Device);
        var renew = new RenewProof(Site, 17, Now, 3).Sign(Device);
        var server = new ServerProof(Reader, ReaderNonce, ServerNonce, Now).Sign(SiteIssuer);
        yield return Bad("nothing", Typ.Renew, []);
        yield return Bad("renewal as redemption", Typ.Redeem, renew);
        yield return Bad("redemption as renewal", Typ.Renew, redeem);
        yield return Bad("a byte behind", Typ.Renew, [.. renew, 0]);
        yield return Bad("cut short", Typ.Renew, renew[..^1]);
        yield return Bad("without the tag", Typ.Renew, renew[1..]);
        yield return Bad("server's proof without a kid", Typ.LinkServer, Assembled(Typ.LinkServer, PayloadOf(server, Typ.LinkServer), SiteIssuer, kid: null));
        yield return Bad("a kid where none belongs", Typ.Renew, Assembled(Typ.Renew, PayloadOf(renew, Typ.Renew), Device, Device.Public.Kid));
        yield return Bad("unknown entry", Typ.Renew, Signed(Typ.Renew, writer => RenewEntries(writer, 5, () => Pair(writer, 5, 0))));
        yield return Bad("an entry missing", Typ.Renew, Signed(Typ.Renew, writer => RenewEntries(writer, 3, () => { }, leaveOut: 4)));
        yield return Bad("time beyond 32 bits", Typ.Renew, Signed(Typ.Renew, writer => RenewEntries(writer, 4, () => { }, time: 4294967296)));
        yield return Bad("site of 15 bytes", Typ.Renew, Signed(Typ.Renew, writer => RenewEntries(writer, 4, () => { }, site: new byte[15])));
        yield return Bad("key off the curve", Typ.Redeem, Signed(Typ.Redeem, writer => RedeemEntries(writer, [2, .. new byte[31], 1], "")));
        yield return Bad("key uncompressed", Typ.Redeem, Signed(Typ.Redeem, writer => RedeemEntries(writer, Device.Public.ToUncompressed(), "")));
        yield return Bad("platform of 65 bytes", Typ.Redeem, Signed(Typ.Redeem, writer => RedeemEntries(writer, Device.Public.ToBytes(), new string('x', 65))));
        yield return Bad("payload is a PKOC transcript", Typ.Renew, Assembled(Typ.Renew, Transcript(DeviceEphemeral, ReaderEphemeral), Device, null));
    }

    private static IEnumerable<JsonNode> Wrong()
    {
        var renew = new RenewProof(Site, 17, Now, 3).Sign(Device);
        yield return Unverified("another key", Typ.Renew, renew, DeviceEphemeral);
        yield return Unverified("bit flipped in the signature", Typ.Renew, [.. renew[..^1], (byte)(renew[^1] ^ 1)], Device);
        yield return Unverified("another's signature", Typ.Renew, [.. renew[..^64], .. new RenewProof(Site, 18, Now, 3).Sign(Device)[^64..]], Device);
        yield return Unverified("signature of zeros", Typ.Renew, [.. renew[..^64], .. new byte[64]], Device);
    }

    private static JsonObject Vector(string name, string typ, Proof proof, LabelledKey signer)
    {
        var bytes = proof.Sign(signer);
        Assert.True(Cose.TryRead(bytes, typ, out var signed));
        return new JsonObject
        {
            ["name"] = name,
            ["typ"] = typ,
            ["fields"] = FieldsOf(proof),
            ["signer"] = signer.Public.ToString(),
            ["payload"] = VectorFile.Hex(signed.Payload),
            ["toBeSigned"] = VectorFile.Hex(signed.ToBeSigned),
            ["signature"] = VectorFile.Hex(signed.Signature),
            ["bytes"] = VectorFile.Hex(bytes),
            ["expect"] = "good",
        };
    }

    private static JsonObject Bad(string name, string typ, byte[] bytes) =>
        new() { ["name"] = name, ["typ"] = typ, ["bytes"] = VectorFile.Hex(bytes), ["expect"] = "refused" };

    private static JsonObject Unverified(string name, string typ, byte[] bytes, LabelledKey signer) => new()
    {
        ["name"] = name, ["typ"] = typ, ["bytes"] = VectorFile.Hex(bytes), ["signer"] = signer.Public.ToString(), ["expect"] = "wrong",
    };

    public static JsonObject FieldsOf(Proof proof) => proof switch
    {
        RedeemProof redeem => new()
        {
            ["code"] = redeem.Code, ["device"] = redeem.Device.ToString(), ["time"] = redeem.Time,
            ["platform"] = redeem.Platform, ["walletVersion"] = redeem.WalletVersion,
        },
        RenewProof renew => new()
        {
            ["site"] = renew.Site.ToString(), ["key"] = renew.Key, ["time"] = renew.Time, ["walletVersion"] = renew.WalletVersion,
        },
        OpenProof open => OpenFields(open),
        ServerProof server => new()
        {
            ["reader"] = server.Reader.ToString(), ["readerNonce"] = VectorFile.Hex(server.ReaderNonce.Span),
            ["serverNonce"] = VectorFile.Hex(server.ServerNonce.Span), ["serverTime"] = server.ServerTime,
        },
        ReaderProof reader => new()
        {
            ["site"] = reader.Site.ToString(), ["reader"] = reader.Reader.ToString(),
            ["readerNonce"] = VectorFile.Hex(reader.ReaderNonce.Span), ["serverNonce"] = VectorFile.Hex(reader.ServerNonce.Span),
        },
        _ => throw new ArgumentException("Another kind of proof.", nameof(proof)),
    };

    private static JsonObject OpenFields(OpenProof open)
    {
        var fields = new JsonObject
        {
            ["site"] = open.Site.ToString(), ["reader"] = open.Reader.ToString(), ["nonce"] = open.Nonce.ToString("N"),
            ["time"] = open.Time, ["flags"] = (int)open.Flags,
        };
        if (open.VerifiedAt is { } verified)
            fields["verifiedAt"] = verified;
        return fields;
    }

    private static byte[] PayloadOf(byte[] bytes, string typ)
    {
        Assert.True(Cose.TryRead(bytes, typ, out var signed));
        return signed.Payload;
    }

    private static byte[] Signed(string typ, Action<CborWriter> payload)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        payload(writer);
        return Assembled(typ, writer.Encode(), Device, kid: null);
    }

    /// <summary>A COSE_Sign1 built without the code under test, for forms that it would not write.</summary>
    private static byte[] Assembled(string typ, byte[] payload, LabelledKey signer, byte[]? kid)
    {
        var header = new CborWriter(CborConformanceMode.Canonical);
        header.WriteStartMap(kid is null ? 2 : 3);
        Pair(header, 1, -7);
        if (kid is not null)
        {
            header.WriteInt32(4);
            header.WriteByteString(kid);
        }
        header.WriteInt32(16);
        header.WriteTextString(typ);
        header.WriteEndMap();
        var structure = new CborWriter();
        structure.WriteStartArray(4);
        structure.WriteTextString("Signature1");
        structure.WriteByteString(header.Encode());
        structure.WriteByteString([]);
        structure.WriteByteString(payload);
        structure.WriteEndArray();
        var writer = new CborWriter();
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(header.Encode());
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(signer.Sign(structure.Encode()));
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static void RenewEntries(CborWriter writer, int entries, Action more, int leaveOut = 0, long time = Now, byte[]? site = null)
    {
        writer.WriteStartMap(entries);
        writer.WriteInt32(1);
        writer.WriteByteString(site ?? Site.ToBytes());
        Pair(writer, 2, 17);
        Pair(writer, 3, time);
        if (leaveOut != 4)
            Pair(writer, 4, 3);
        more();
        writer.WriteEndMap();
    }

    private static void RedeemEntries(CborWriter writer, byte[] key, string platform)
    {
        writer.WriteStartMap(5);
        writer.WriteInt32(1);
        writer.WriteTextString("K7QF");
        writer.WriteInt32(2);
        writer.WriteByteString(key);
        Pair(writer, 3, Now);
        writer.WriteInt32(4);
        writer.WriteTextString(platform);
        Pair(writer, 5, 3);
        writer.WriteEndMap();
    }

    private static void Pair(CborWriter writer, int key, long value)
    {
        writer.WriteInt32(key);
        writer.WriteInt64(value);
    }
}
