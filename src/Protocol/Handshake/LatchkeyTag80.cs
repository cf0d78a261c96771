using System.Buffers.Binary;

namespace Latchkey.Protocol.Handshake;

/// <summary>
/// What Latchkey's reader says about itself in M1, under the vendor tag 80 (pkoc-ble, "Messages"). Unauthenticated until a
/// sealed frame opens: the keys of the sealed frames are salted with M1 as sent.
/// </summary>
/// <param name="VerificationWanted">The reader asks for user verification.</param>
/// <param name="Presentation">0 present, 1 touch, 2 long range.</param>
/// <param name="Ways">The reader's ways, bits as in the bundle's settings.</param>
/// <param name="StatusSequence">Of the reader's newest status list.</param>
/// <param name="Clock">The reader's time, seconds.</param>
public readonly record struct LatchkeyTag80(
    bool VerificationWanted, byte Presentation, byte Ways, uint StatusSequence, uint Clock)
{
    /// <summary>"LK", version 1. Anything else under tag 80 is another vendor's.</summary>
    internal static ReadOnlySpan<byte> Mark => [0x4C, 0x4B, 0x01];

    internal const int Bytes = 13;

    internal void Write(Span<byte> value)
    {
        Mark.CopyTo(value);
        BinaryPrimitives.WriteUInt16BigEndian(
            value[3..], (ushort)((VerificationWanted ? 1 : 0) | (Presentation & 3) << 1 | Ways << 3));
        BinaryPrimitives.WriteUInt32BigEndian(value[5..], StatusSequence);
        BinaryPrimitives.WriteUInt32BigEndian(value[9..], Clock);
    }

    /// <summary>Null when the value is another vendor's. Bits 11-15 are kept for later and skipped.</summary>
    internal static LatchkeyTag80? Read(ReadOnlySpan<byte> value)
    {
        if (value.Length != Bytes || !value.StartsWith(Mark))
            return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(value[3..]);
        return new LatchkeyTag80(
            (flags & 1) != 0,
            (byte)(flags >> 1 & 3),
            (byte)(flags >> 3 & 0xFF),
            BinaryPrimitives.ReadUInt32BigEndian(value[5..]),
            BinaryPrimitives.ReadUInt32BigEndian(value[9..]));
    }
}
