namespace Latchkey.Protocol.Wire;

/// <summary>A reader: one door: a UUID, 16 bytes big-endian on the wire.</summary>
public readonly record struct ReaderId(Guid Value)
{
    public const int Bytes = 16;

    public static ReaderId From(Guid value) => new(value);

    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReaderId id)
    {
        id = bytes.Length == Bytes ? new(new Guid(bytes, bigEndian: true)) : default;
        return bytes.Length == Bytes;
    }

    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("N");
}
