using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace Latchkey.Protocol.Wire;

// The zlib form (RFC 1950), held to exactly one whole stream.
internal static class Zlib
{
    public static byte[] Deflate(byte[] bytes)
    {
        // The platform writes nothing at all for nothing; RFC 1950 wants a header, an empty block and a checksum.
        if (bytes.Length == 0)
            return [0x78, 0xDA, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.SmallestSize))
            zlib.Write(bytes);
        return output.ToArray();
    }

    public static bool TryInflate(byte[] deflated, int bytesMax, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        using var input = new Drip(deflated);
        using var zlib = new ZLibStream(input, CompressionMode.Decompress);
        // One byte more than allowed, to see that there is no more.
        var inflated = new byte[bytesMax + 1];
        int length;
        try
        {
            length = zlib.ReadAtLeast(inflated, inflated.Length, throwOnEndOfStream: false);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            // The second comes of a stream that asks for a dictionary.
            return false;
        }

        // A cut stream inflates without complaint, so its checksum must be where it ends; and it must have eaten all bytes.
        if (length > bytesMax || input.Position != deflated.Length || !EndsWithChecksum(deflated, inflated.AsSpan(0, length)))
            return false;
        bytes = inflated[..length];
        return true;
    }

    private static bool EndsWithChecksum(ReadOnlySpan<byte> deflated, ReadOnlySpan<byte> bytes)
    {
        const uint modulus = 65521;
        var (a, b) = (1u, 0u);
        foreach (var value in bytes)
        {
            a = (a + value) % modulus;
            b = (b + a) % modulus;
        }

        return deflated.Length > 4 && BinaryPrimitives.ReadUInt32BigEndian(deflated[^4..]) == ((b << 16) | a);
    }

    // Gives one byte at a time: what the inflater has not asked for when it is done stands behind the stream's end.
    private sealed class Drip(byte[] bytes) : Stream
    {
        private int next;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => next; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (next == bytes.Length || buffer.IsEmpty)
                return 0;
            buffer[0] = bytes[next++];
            return 1;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
