using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>M1: the reader says who it claims to be (pkoc-ble, "Messages"). Nothing in it is proven yet.</summary>
public readonly ref struct M1
{
    /// <summary>Compressed, 33 bytes; not checked to be on the curve.</summary>
    public ReadOnlySpan<byte> ReaderEphemeral { get; private init; }

    public ReaderId Reader { get; private init; }

    public SiteId Site { get; private init; }

    /// <summary>Null from a plain PKOC reader.</summary>
    public LatchkeyTag80? Latchkey { get; private init; }

    public bool HasCertificate { get; private init; }

    /// <summary>138 bytes when there is one.</summary>
    public ReadOnlySpan<byte> Certificate { get; private init; }

    /// <summary>Whether M4 answers in the long form: the peer has shown that it reads it.</summary>
    public bool ReadsLongForm { get; private init; }

    /// <summary>The protocol that is spoken: spec 3, vendor 0, AES-CCM.</summary>
    internal static ReadOnlySpan<byte> Protocol => [0x03, 0, 0, 0, 1];

    /// <summary>pkoc-ble, phone's step 1, all but the curve.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out M1 message)
    {
        message = default;
        if (!TlvMessage.TryRead(value, out var fields)
            || !fields.Find(Tags.ReaderEphemeral, P256.CompressedBytes, out var ephemeral)
            || !fields.Find(Tags.Reader, 16, out var reader)
            || !fields.Find(Tags.Site, 16, out var site))
            return false;
        if (fields.Find(Tags.Protocol, out var protocol) && protocol.Length is not (5 or 2))
            return false;
        var hasCertificate = fields.Find(Tags.Certificate, out var certificate);
        message = new M1
        {
            ReaderEphemeral = ephemeral,
            Reader = Identifiers.Reader(reader),
            Site = Identifiers.Site(site),
            Latchkey = fields.Find(Tags.Vendor, out var vendor) ? LatchkeyTag80.Read(vendor) : null,
            HasCertificate = hasCertificate,
            Certificate = certificate,
            ReadsLongForm = hasCertificate || (protocol.Length == 5 && protocol[0] != 0x03),
        };
        return true;
    }

    /// <summary>Written 0C 02 0D 0E 80 10: the certificate last, so that a short-form parser has found the rest before it trips.</summary>
    public static byte[] Write(
        EphemeralKey ephemeral, ReaderId reader, SiteId site, LatchkeyTag80? latchkey, ReadOnlySpan<byte> certificate)
    {
        var size = Tlv.Size(5) + Tlv.Size(P256.CompressedBytes) + 2 * Tlv.Size(16)
            + (latchkey is null ? 0 : Tlv.Size(LatchkeyTag80.Bytes))
            + (certificate.IsEmpty ? 0 : Tlv.Size(certificate.Length));
        var value = new byte[size];
        var rest = value.AsSpan();
        Tlv.Write(ref rest, Tags.Protocol, Protocol);
        ephemeral.WriteCompressed(Tlv.Open(ref rest, Tags.ReaderEphemeral, P256.CompressedBytes));
        reader.Write(Tlv.Open(ref rest, Tags.Reader, 16));
        site.Write(Tlv.Open(ref rest, Tags.Site, 16));
        latchkey?.Write(Tlv.Open(ref rest, Tags.Vendor, LatchkeyTag80.Bytes));
        if (!certificate.IsEmpty)
            Tlv.Write(ref rest, Tags.Certificate, certificate);
        return value;
    }
}

/// <summary>M3: the reader's signature over the transcript, by the key in its certificate.</summary>
public static class M3
{
    public static byte[] Write(ReadOnlySpan<byte> signature)
    {
        var value = new byte[Tlv.Size(signature.Length)];
        var rest = value.AsSpan();
        Tlv.Write(ref rest, Tags.Signature, signature);
        return value;
    }

    public static bool TryRead(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> signature)
    {
        signature = default;
        return TlvMessage.TryRead(value, out var fields) && fields.Find(Tags.Signature, 64, out signature);
    }
}

/// <summary>M5: one status byte, plain and unauthenticated. A hint for the screen, never evidence.</summary>
public static class M5
{
    public const byte Denied = 0x02;
    public const byte Granted = 0x03;
    public const byte BadMessage = 0x05;
    public const byte BadSignature = 0x06;
    public const byte BadCiphertext = 0x07;

    public static byte[] Write(byte status) => [Tags.Status, 1, status];

    public static bool TryRead(ReadOnlySpan<byte> value, out byte status)
    {
        status = 0;
        if (!TlvMessage.TryRead(value, out var fields) || !fields.Find(Tags.Status, 1, out var found))
            return false;
        status = found[0];
        return true;
    }
}
