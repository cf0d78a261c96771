namespace Latchkey.Protocol.Handshake;

/// <summary>
/// One PKOC message cut into its fields, tag(1) length value (pkoc-ble, "TLV"). Both length forms are read; what is not
/// minimal, comes twice or does not fill the message exactly is refused. Unknown tags are skipped.
/// </summary>
public readonly ref struct TlvMessage
{
    private readonly ReadOnlySpan<byte> bytes;

    private TlvMessage(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Checks the whole message once; finding then walks it without further doubt.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out TlvMessage fields)
    {
        fields = default;
        Span<ulong> seen = stackalloc ulong[4];
        seen.Clear();
        var rest = message;
        while (!rest.IsEmpty)
        {
            if (!TryNext(ref rest, out var tag, out _))
                return false;
            ref var word = ref seen[tag >> 6];
            var bit = 1UL << (tag & 63);
            if ((word & bit) != 0)
                return false;
            word |= bit;
        }
        fields = new TlvMessage(message);
        return true;
    }

    /// <summary>The value under a tag, in whatever order the fields came.</summary>
    public bool Find(byte wanted, out ReadOnlySpan<byte> value)
    {
        var rest = bytes;
        while (TryNext(ref rest, out var tag, out value))
            if (tag == wanted)
                return true;
        value = default;
        return false;
    }

    /// <summary>The value under a tag if it has exactly this many bytes.</summary>
    public bool Find(byte wanted, int length, out ReadOnlySpan<byte> value) =>
        Find(wanted, out value) && value.Length == length;

    /// <summary>How many fields there are.</summary>
    public int Count
    {
        get
        {
            var rest = bytes;
            var count = 0;
            while (TryNext(ref rest, out _, out _))
                count++;
            return count;
        }
    }

    // Nothing is ambiguous: no PKOC message has a short-form value of 129 or 130 bytes.
    private static bool TryNext(scoped ref ReadOnlySpan<byte> rest, out byte tag, out ReadOnlySpan<byte> value)
    {
        tag = 0;
        value = default;
        if (rest.Length < 2)
            return false;
        tag = rest[0];
        int first = rest[1];
        int length, head;
        if (first < 0x80)
            (length, head) = (first, 2);
        else if (first == 0x81)
        {
            if (rest.Length < 3 || rest[2] < 0x80)
                return false;
            (length, head) = (rest[2], 3);
        }
        else if (first == 0x82)
        {
            if (rest.Length < 4 || rest[2] == 0)
                return false;
            (length, head) = (rest[2] << 8 | rest[3], 4);
        }
        else if (tag != Tags.Vendor)
            (length, head) = (first, 2); // 80 and 83 up: the short form of 3.0 peers
        else
            return false;
        if (rest.Length - head < length)
            return false;
        value = rest.Slice(head, length);
        rest = rest[(head + length)..];
        return true;
    }
}
