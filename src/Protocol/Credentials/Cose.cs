using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Credentials;

/// <summary>What a COSE_Sign1 of ours holds. Nothing in it is believed before <see cref="VerifiedBy"/>.</summary>
/// <param name="Kid">Which site or issuer key; null when a device or a reader signed.</param>
/// <param name="ToBeSigned">The Sig_structure that the signature is over.</param>
public sealed record Sign1(byte[]? Kid, byte[] Payload, byte[] Signature, byte[] ToBeSigned)
{
    public bool VerifiedBy(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return (Kid is null || key.Kid.AsSpan().SequenceEqual(Kid)) && key.Verify(ToBeSigned, Signature);
    }
}

/// <summary>COSE_Sign1 (RFC 9052) in the one form of spec/README, convention 6.</summary>
public static class Cose
{
    private const int Es256 = -7;
    private const int HeaderAlgorithm = 1;
    private const int HeaderKid = 4;
    private const int HeaderType = 16;

    // Tag 18 in its one byte.
    private const byte Sign1Tag = 0xD2;

    /// <summary>Reads a signed object of this type; its signature is still to be verified.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, string typ, [NotNullWhen(true)] out Sign1? signed) =>
        Cbor.TryRead(bytes is [Sign1Tag, ..] ? bytes[1..] : [], source => Read(source, typ), out signed);

    // Internal: outside this assembly only what passed its lint is signed.
    internal static byte[] Write(string typ, ReadOnlySpan<byte> payload, ISigner signer)
    {
        var header = Header(typ, Typ.CarriesKid(typ) ? signer.Public.Kid : null);
        var signature = signer.Sign(ToBeSigned(header, payload));
        var writer = new CborWriter(Cbor.Deterministic);
        writer.WriteStartArray(4);
        writer.WriteByteString(header);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(payload);
        writer.WriteByteString(signature);
        writer.WriteEndArray();
        return [Sign1Tag, .. writer.Encode()];
    }

    private static Sign1 Read(CborSource source, string typ)
    {
        source.OpenArray(4, min: 4);
        var header = source.Bytes(0, 64);
        source.OpenMap();
        source.CloseMap();
        var payload = source.Bytes(0, int.MaxValue);
        var signature = source.Bytes(PublicKey.SignatureBytes);
        source.CloseArray();
        if (!Cbor.TryRead(header, inner => ReadHeader(inner, typ), out var kid))
            throw CborSource.Refuse("another header");
        return new Sign1(kid.Length == 0 ? null : kid, payload, signature, ToBeSigned(header, payload));
    }

    private static byte[] ReadHeader(CborSource source, string typ)
    {
        source.OpenMap();
        source.Key(HeaderAlgorithm).Int(Es256, Es256);
        var kid = Typ.CarriesKid(typ) ? source.Key(HeaderKid).Bytes(PublicKey.KidBytes) : [];
        if (source.Key(HeaderType).Text(64) != typ)
            throw CborSource.Refuse("another type");
        source.CloseMap();
        return kid;
    }

    private static byte[] Header(string typ, byte[]? kid) => Cbor.Write(writer =>
    {
        writer.WriteStartMap(kid is null ? 2 : 3);
        writer.WriteInt32(HeaderAlgorithm);
        writer.WriteInt32(Es256);
        if (kid is not null)
            writer.Bytes(HeaderKid, kid);
        writer.Text(HeaderType, typ);
        writer.WriteEndMap();
    });

    private static byte[] ToBeSigned(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        var writer = new CborWriter(Cbor.Deterministic);
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(header);
        writer.WriteByteString([]);
        writer.WriteByteString(payload);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
