using System.Formats.Cbor;
using System.Text;

namespace Latchkey.Protocol.Wire;

/// <summary>
/// Takes the items of deterministic CBOR in the order they stand in. Every method either returns what was asked for, within its
/// limit, or throws <see cref="CborContentException"/>, which <see cref="Cbor.TryRead{T}"/> turns into a refusal.
/// Map entries with integer keys are asked for in canonical order (0, 1, … 23, -1, -2, …): what was not asked for is refused at
/// <see cref="CloseMap"/>, or skipped when the map was opened with <c>mayGrow</c>.
/// </summary>
public sealed class CborSource
{
    /// <summary>Largest integer that a JavaScript number holds exactly: the limit of epoch, seq, boot and milliseconds.</summary>
    public const long SafeIntegerMax = (1L << 53) - 1;

    /// <summary>Arrays and maps below the outermost one.</summary>
    private const int DepthMax = 8;

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly CborReader reader;
    private readonly Stack<OpenedMap> maps = new();

    internal CborSource(ReadOnlyMemory<byte> bytes)
    {
        this.bytes = bytes;
        reader = new CborReader(bytes, Cbor.Deterministic);
    }

    private sealed class OpenedMap(bool mayGrow)
    {
        public bool MayGrow { get; } = mayGrow;
        public int? Waiting { get; set; }
    }

    /// <summary>An unsigned integer not above <paramref name="max"/>.</summary>
    public long Uint(long max, long min = 0)
    {
        Expect(CborReaderState.UnsignedInteger);
        var value = reader.ReadUInt64();
        return value <= (ulong)max && value >= (ulong)min ? (long)value : throw Refuse("integer out of range");
    }

    public uint Uint32(uint min = 0) => (uint)Uint(uint.MaxValue, min);

    public ushort Uint16(ushort min = 0) => (ushort)Uint(ushort.MaxValue, min);

    /// <summary>Unsigned seconds since 1970, 32 bits.</summary>
    public long Time() => Uint(UnixTime.End);

    public int Int(int min, int max) => (int)Integer(min, max);

    private long Integer(long min, long max)
    {
        if (Peek() is not (CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger))
            throw Refuse("integer expected");
        try
        {
            var value = reader.ReadInt64();
            return value >= min && value <= max ? value : throw Refuse("integer out of range");
        }
        catch (OverflowException)
        {
            throw Refuse("integer out of range");
        }
    }

    public bool Bool()
    {
        Expect(CborReaderState.Boolean);
        return reader.ReadBoolean();
    }

    /// <summary>A byte string of exactly this many bytes.</summary>
    public byte[] Bytes(int length) => Bytes(length, length);

    public byte[] Bytes(int min, int max)
    {
        Expect(CborReaderState.ByteString);
        var value = reader.ReadByteString();
        return value.Length >= min && value.Length <= max ? value : throw Refuse("byte string of a wrong length");
    }

    /// <summary>Text of at most this many bytes of UTF-8.</summary>
    public string Text(int bytesMax, int bytesMin = 0)
    {
        Expect(CborReaderState.TextString);
        var value = reader.ReadTextString();
        var length = Encoding.UTF8.GetByteCount(value);
        return length >= bytesMin && length <= bytesMax ? value : throw Refuse("text of a wrong length");
    }

    /// <summary>A byte string that is a thing of its own.</summary>
    public delegate bool TryRead<T>(ReadOnlySpan<byte> bytes, out T value);

    public T Bytes<T>(int length, TryRead<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return read(Bytes(length), out var value) ? value : throw Refuse("bytes without meaning");
    }

    /// <summary>Opens an array and says how many items it has.</summary>
    public int OpenArray(int max, int min = 0)
    {
        Expect(CborReaderState.StartArray);
        var count = reader.ReadStartArray();
        return count is { } known && known >= min && known <= max ? known : throw Refuse("array of a wrong length");
    }

    public void CloseArray()
    {
        Expect(CborReaderState.EndArray);
        reader.ReadEndArray();
    }

    /// <summary>An array of like things.</summary>
    public T[] Array<T>(int max, Func<CborSource, T> item, int min = 0)
    {
        ArgumentNullException.ThrowIfNull(item);
        // The reader has made sure that so many items can stand in the bytes that are left.
        var items = new T[OpenArray(max, min)];
        for (var i = 0; i < items.Length; i++)
            items[i] = item(this);
        CloseArray();
        return items;
    }

    /// <summary>Opens a map whose entries are then asked for by <see cref="Key"/> and <see cref="HasKey"/>.</summary>
    /// <param name="mayGrow">Keys nobody asks for are skipped instead of refused.</param>
    public void OpenMap(bool mayGrow = false)
    {
        Expect(CborReaderState.StartMap);
        reader.ReadStartMap();
        maps.Push(new OpenedMap(mayGrow));
    }

    /// <summary>Goes to the value behind a key that must be there.</summary>
    public CborSource Key(int key) => HasKey(key) ? this : throw Refuse("entry missing");

    /// <summary>Goes to the value behind a key if it is there. Keys are asked for in canonical order, each once.</summary>
    public bool HasKey(int key)
    {
        var map = maps.Peek();
        while (true)
        {
            if (map.Waiting is null)
            {
                if (Peek() == CborReaderState.EndMap)
                    return false;
                map.Waiting = Int(int.MinValue, int.MaxValue);
            }

            if (map.Waiting == key)
            {
                map.Waiting = null;
                return true;
            }

            if (!map.MayGrow || Order(map.Waiting.Value) > Order(key))
                return false;
            Skip();
            map.Waiting = null;
        }
    }

    /// <summary>Goes to the value behind a text key of a map that has text keys only.</summary>
    public CborSource TextKey(string key) => Text(64) == key ? this : throw Refuse("another entry");

    public void CloseMap()
    {
        var map = maps.Pop();
        while (map.MayGrow && (map.Waiting is not null || Peek() != CborReaderState.EndMap))
        {
            if (map.Waiting is null)
                Int(int.MinValue, int.MaxValue);
            map.Waiting = null;
            Skip();
        }

        if (map.Waiting is not null)
            throw Refuse("unknown entry");
        Expect(CborReaderState.EndMap);
        reader.ReadEndMap();
    }

    /// <summary>A map whose keys are data; sorted and without twins, as the bytes are.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Table<TKey, TValue>(
        int max, Func<CborSource, TKey> key, Func<CborSource, TValue> value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Expect(CborReaderState.StartMap);
        var count = reader.ReadStartMap() ?? throw Refuse("indefinite map");
        if (count > max)
            throw Refuse("too many entries");
        var entries = new KeyValuePair<TKey, TValue>[count];
        for (var i = 0; i < count; i++)
            entries[i] = new(key(this), value(this));
        Expect(CborReaderState.EndMap);
        reader.ReadEndMap();
        return entries;
    }

    /// <summary>The next item as it is written, if it is of the kinds this specification uses, within its limits.</summary>
    public byte[] Encoded()
    {
        // Not the platform's ReadEncodedValue: on some malformed items it throws what is otherwise a caller's mistake.
        var start = bytes.Length - reader.BytesRemaining;
        Skip();
        return bytes[start..^reader.BytesRemaining].ToArray();
    }

    /// <summary>For a caller who found that a value breaks a rule of its own.</summary>
    public static CborContentException Refuse(string why) => new(why);

    internal void End()
    {
        if (Peek() != CborReaderState.Finished || reader.BytesRemaining != 0)
            throw Refuse("bytes behind the end");
    }

    // What may stand behind an unknown key: deterministic CBOR of the kinds this specification uses, within its limits.
    private void Skip()
    {
        switch (Peek())
        {
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                Integer(-SafeIntegerMax, SafeIntegerMax);
                return;
            case CborReaderState.ByteString:
                reader.ReadByteString();
                return;
            case CborReaderState.TextString:
                reader.ReadTextString();
                return;
            case CborReaderState.Boolean:
                reader.ReadBoolean();
                return;
            case CborReaderState.StartArray:
                ExpectRoom();
                for (var left = OpenArray(int.MaxValue); left > 0; left--)
                    Skip();
                CloseArray();
                return;
            case CborReaderState.StartMap:
                ExpectRoom();
                for (var left = reader.ReadStartMap() ?? throw Refuse("indefinite map"); left > 0; left--)
                {
                    if (Peek() is not (CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger or CborReaderState.TextString))
                        throw Refuse("keys are integers or texts");
                    Skip();
                    Skip();
                }

                Expect(CborReaderState.EndMap);
                reader.ReadEndMap();
                return;
            default:
                throw Refuse("a kind that is never written");
        }
    }

    private void ExpectRoom()
    {
        if (reader.CurrentDepth > DepthMax)
            throw Refuse("nested too deep");
    }

    // 0 … 23 come before -1 … -24 in the bytes.
    private static long Order(int key) => key >= 0 ? key : 0x1_0000_0000L - key;

    private CborReaderState Peek() => reader.PeekState();

    private void Expect(CborReaderState state)
    {
        if (Peek() != state)
            throw Refuse("another kind of item");
    }
}
