using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;

namespace Latchkey.Protocol.Wire;

/// <summary>Deterministic CBOR (spec/README, convention 1): one way to write a thing, and only that way reads.</summary>
public static class Cbor
{
    // The order of RFC 8949 4.2.1 for all keys we have; the mode called Canonical sorts by length first, as RFC 7049 did. No tags:
    // the only one there is, 18, stands in front of everything (see Cose).
    internal const CborConformanceMode Deterministic = CborConformanceMode.Ctap2Canonical;

    /// <summary>Reads one whole value; bytes left over, or anything the writer would not write, is a refusal.</summary>
    /// <param name="bytes">Exactly one data item.</param>
    /// <param name="read">Takes the items in the order they must stand in; see <see cref="CborSource"/>.</param>
    public static bool TryRead<T>(ReadOnlySpan<byte> bytes, Func<CborSource, T> read, [NotNullWhen(true)] out T? value)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(read);
        value = default;
        try
        {
            var source = new CborSource(bytes.ToArray());
            var whole = read(source);
            source.End();
            value = whole;
            return true;
        }
        catch (CborContentException)
        {
            // The one exception a source throws: what it was asked for is not what stands there.
            return false;
        }
    }

    /// <summary>Writes one value. Map entries may be written in any order; they come out sorted, with definite lengths.</summary>
    public static byte[] Write(Action<CborWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var writer = new CborWriter(Deterministic, convertIndefiniteLengthEncodings: true);
        write(writer);
        return writer.Encode();
    }

    internal static CborWriter Uint(this CborWriter writer, int key, long value)
    {
        writer.WriteInt32(key);
        writer.WriteUInt64(checked((ulong)value));
        return writer;
    }

    internal static CborWriter Uint(this CborWriter writer, int key, long? value) =>
        value is { } present ? writer.Uint(key, present) : writer;

    internal static CborWriter Bool(this CborWriter writer, int key, bool value)
    {
        writer.WriteInt32(key);
        writer.WriteBoolean(value);
        return writer;
    }

    internal static CborWriter Bytes(this CborWriter writer, int key, ReadOnlySpan<byte> value)
    {
        writer.WriteInt32(key);
        writer.WriteByteString(value);
        return writer;
    }

    internal static CborWriter Text(this CborWriter writer, int key, string? value)
    {
        if (value is null)
            return writer;
        writer.WriteInt32(key);
        writer.WriteTextString(value);
        return writer;
    }
}
