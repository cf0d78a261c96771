using System.Buffers.Binary;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Handshake;

/// <summary>M2: the phone's ephemeral key, and whether sealed frames will follow M4 (pkoc-ble, "Messages").</summary>
public readonly ref struct M2
{
    private const int LatchkeyBytes = 5;

    /// <summary>Uncompressed, 65 bytes; not checked to be on the curve.</summary>
    public ReadOnlySpan<byte> PhoneEphemeral { get; private init; }

    /// <summary>The phone carried Latchkey's tag 80, so it reads sealed frames.</summary>
    public bool SpeaksLatchkey { get; private init; }

    /// <summary>A sealed presentation will follow M4.</summary>
    public bool PresentationFollows { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> value, out M2 message)
    {
        message = default;
        if (!TlvMessage.TryRead(value, out var fields)
            || !fields.Find(Tags.PhoneEphemeral, P256.UncompressedBytes, out var ephemeral))
            return false;
        var latchkey = fields.Find(Tags.Vendor, LatchkeyBytes, out var vendor) && vendor.StartsWith(LatchkeyTag80.Mark);
        message = new M2
        {
            PhoneEphemeral = ephemeral,
            SpeaksLatchkey = latchkey,
            PresentationFollows = latchkey && (vendor[4] & 1) != 0,
        };
        return true;
    }

    public static byte[] Write(EphemeralKey ephemeral, bool presentationFollows)
    {
        var value = new byte[
            Tlv.Size(P256.UncompressedBytes) + Tlv.Size(5) + (presentationFollows ? Tlv.Size(LatchkeyBytes) : 0)];
        var rest = value.AsSpan();
        Tlv.Write(ref rest, Tags.PhoneEphemeral, ephemeral.Uncompressed);
        Tlv.Write(ref rest, Tags.Protocol, M1.Protocol);
        if (presentationFollows)
            Tlv.Write(ref rest, Tags.Vendor, [.. LatchkeyTag80.Mark, 0, 1]);
        return value;
    }
}

/// <summary>M4: the phone's long-term key and its signature over the transcript, under the session key.</summary>
public static class M4
{
    private const int InnerBytes = 67 + 66 + 6 + 7;

    /// <summary>Largest plaintext that is opened, bytes; ours is 146.</summary>
    internal const int InnerBytesMax = Tlv.ValueBytesMax;

    /// <param name="deviceKey">04 ‖ x ‖ y.</param>
    /// <param name="created">When the device key was made, seconds.</param>
    public static byte[] Write(
        ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> deviceKey, ReadOnlySpan<byte> signature, uint created, bool longForm)
    {
        Span<byte> inner = stackalloc byte[InnerBytes];
        var rest = inner;
        Tlv.Write(ref rest, Tags.DeviceKey, deviceKey);
        Tlv.Write(ref rest, Tags.Signature, signature);
        BinaryPrimitives.WriteUInt32BigEndian(Tlv.Open(ref rest, Tags.KeyCreated, 4), created);
        Tlv.Write(ref rest, Tags.Protocol, M1.Protocol);

        var value = new byte[Tlv.Size(InnerBytes + Ccm.TagBytes, !longForm)];
        var outer = value.AsSpan();
        Ccm.Encrypt(sessionKey, inner, Tlv.Open(ref outer, Tags.Ciphertext, InnerBytes + Ccm.TagBytes, !longForm));
        return value;
    }
}

/// <summary>What M4 holds once it is opened. The key is a claim until the signature verifies.</summary>
public readonly ref struct PhoneIdentity
{
    /// <summary>04 ‖ x ‖ y; not checked to be on the curve.</summary>
    public ReadOnlySpan<byte> DeviceKey { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    /// <summary>When the device key was made, seconds.</summary>
    public uint Created { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> plaintext, out PhoneIdentity identity)
    {
        identity = default;
        if (!TlvMessage.TryRead(plaintext, out var fields)
            || !fields.Find(Tags.DeviceKey, 65, out var key)
            || !fields.Find(Tags.Signature, 64, out var signature)
            || !fields.Find(Tags.KeyCreated, 4, out var created))
            return false;
        identity = new PhoneIdentity
        {
            DeviceKey = key,
            Signature = signature,
            Created = BinaryPrimitives.ReadUInt32BigEndian(created),
        };
        return true;
    }
}
