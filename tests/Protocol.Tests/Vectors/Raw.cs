using System.Formats.Cbor;
using System.Text;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>CBOR written by hand, so that it can be written wrongly. An item is its bytes.</summary>
static class Raw
{
    public static byte[] Int(long value)
    {
        var writer = new CborWriter();
        writer.WriteInt64(value);
        return writer.Encode();
    }

    /// <summary>An unsigned integer in eight bytes, whether it needs them or not.</summary>
    public static byte[] LongInt(ulong value) => [0x1B, .. BitConverter.GetBytes(value).Reverse()];

    public static byte[] Bytes(ReadOnlySpan<byte> value) => [.. Head(2, value.Length), .. value];

    public static byte[] Text(string value) => [.. Head(3, Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    public static byte[] Bool(bool value) => [(byte)(value ? 0xF5 : 0xF4)];

    public static byte[] Null { get; } = [0xF6];

    public static byte[] Array(params byte[][] items) => [.. Head(4, items.Length), .. items.SelectMany(item => item)];

    public static byte[] IndefiniteArray(params byte[][] items) => [0x9F, .. items.SelectMany(item => item), 0xFF];

    public static byte[] Map(params (byte[] Key, byte[] Value)[] entries) =>
        [.. Head(5, entries.Length), .. entries.SelectMany(entry => entry.Key.Concat(entry.Value))];

    public static byte[] Map(IEnumerable<(long Key, byte[] Value)> entries) =>
        Map([.. entries.Select(entry => (Int(entry.Key), entry.Value))]);

    public static byte[] IndefiniteMap(IEnumerable<(long Key, byte[] Value)> entries) =>
        [0xBF, .. entries.SelectMany(entry => Int(entry.Key).Concat(entry.Value)), 0xFF];

    public static byte[] Tag(int tag, byte[] item) => [.. Head(6, tag), .. item];

    private static byte[] Head(int major, int argument)
    {
        var head = Int(argument);
        head[0] |= (byte)(major << 5);
        return head;
    }
}

/// <summary>Entries of a map that are exchanged, left out or moved one at a time.</summary>
sealed record RawMap(params (long Key, byte[] Value)[] Entries)
{
    public byte[] ToBytes() => Raw.Map(Entries);

    public RawMap With(long key, byte[] value) =>
        Entries.Any(entry => entry.Key == key)
            ? new([.. Entries.Select(entry => entry.Key == key ? (key, value) : entry)])
            : new([.. Entries.Append((Key: key, Value: value)).OrderBy(entry => entry.Key >= 0 ? entry.Key : 1L << 40).ThenByDescending(entry => entry.Key)]);

    public RawMap Without(long key) => new([.. Entries.Where(entry => entry.Key != key)]);

    public RawMap Twice(long key) => new([.. Entries.SelectMany(entry => entry.Key == key ? Enumerable.Repeat(entry, 2) : Enumerable.Repeat(entry, 1))]);

    public RawMap Swapped() => new([Entries[1], Entries[0], .. Entries[2..]]);

    /// <summary>The map that these bytes hold; its keys are integers.</summary>
    public static RawMap Of(byte[] bytes)
    {
        var reader = new CborReader(bytes);
        var entries = new List<(long, byte[])>();
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
            entries.Add((reader.ReadInt64(), reader.ReadEncodedValue().ToArray()));
        return new([.. entries]);
    }
}
