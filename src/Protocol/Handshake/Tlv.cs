using System.Buffers.Binary;

namespace Latchkey.Protocol.Handshake;

/// <summary>The tags of PKOC messages (pkoc-ble, "TLV").</summary>
public static class Tags
{
    public const byte DeviceKey = 0x01;
    public const byte ReaderEphemeral = 0x02;
    public const byte Signature = 0x03;
    public const byte Status = 0x04;
    public const byte PhoneEphemeral = 0x07;
    public const byte KeyCreated = 0x09;
    public const byte Protocol = 0x0C;
    public const byte Reader = 0x0D;
    public const byte Site = 0x0E;
    public const byte Certificate = 0x10;
    public const byte Ciphertext = 0x40;
    public const byte Vendor = 0x80;
}

/// <summary>Writes fields in the minimal long form; the short form of 3.0 peers only where asked for.</summary>
public static class Tlv
{
    /// <summary>Largest characteristic value, bytes: one message is one value.</summary>
    public const int ValueBytesMax = 512;

    /// <summary>Bytes that a field with a value of this length takes.</summary>
    public static int Size(int length, bool shortForm = false) =>
        length + (shortForm || length < 0x80 ? 2 : length < 0x100 ? 3 : 4);

    /// <summary>Writes one field at the start of <paramref name="rest"/> and moves <paramref name="rest"/> behind it.</summary>
    public static void Write(
        scoped ref Span<byte> rest, byte tag, scoped ReadOnlySpan<byte> value, bool shortForm = false) =>
        value.CopyTo(Open(ref rest, tag, value.Length, shortForm));

    /// <summary>The same, handing out the place of the value so that it can be computed there.</summary>
    public static Span<byte> Open(scoped ref Span<byte> rest, byte tag, int length, bool shortForm = false)
    {
        rest[0] = tag;
        var head = Size(length, shortForm) - length;
        switch (head)
        {
            case 2:
                rest[1] = checked((byte)length);
                break;
            case 3:
                rest[1] = 0x81;
                rest[2] = (byte)length;
                break;
            default:
                rest[1] = 0x82;
                BinaryPrimitives.WriteUInt16BigEndian(rest[2..], checked((ushort)length));
                break;
        }
        var value = rest.Slice(head, length);
        rest = rest[(head + length)..];
        return value;
    }
}
