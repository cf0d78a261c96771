using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>Identifiers in place of 16 bytes whose length is already known.</summary>
internal static class Identifiers
{
    public const int Bytes = 16;

    public static SiteId Site(ReadOnlySpan<byte> bytes) => new(new Guid(bytes[..Bytes], bigEndian: true));

    public static ReaderId Reader(ReadOnlySpan<byte> bytes) => new(new Guid(bytes[..Bytes], bigEndian: true));

    public static void Write(this SiteId site, Span<byte> destination) =>
        site.Value.TryWriteBytes(destination, bigEndian: true, out _);

    public static void Write(this ReaderId reader, Span<byte> destination) =>
        reader.Value.TryWriteBytes(destination, bigEndian: true, out _);
}
