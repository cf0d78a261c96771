namespace Latchkey.Protocol.Wire;

/// <summary>The site (a customer) as doors and phones know it: a UUID, 16 bytes big-endian on the wire.</summary>
public readonly record struct SiteId(Guid Value)
{
    public const int Bytes = 16;

    public static SiteId From(Guid value) => new(value);

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SiteId id)
    {
        id = bytes.Length == Bytes ? new(new Guid(bytes, bigEndian: true)) : default;
        return bytes.Length == Bytes;
    }

    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("N");
}
