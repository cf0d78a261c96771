using System.Globalization;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Credentials;

/// <summary>Why a status list is not taken, in order of precedence.</summary>
public enum StatusListRefusal
{
    Malformed,
    WrongSite,
    UnknownIssuer,
    BadSignature,
}

/// <summary>Revoked and suspended keys of one chunk of 2^17 key numbers, two bits each (spec/status-list.md).</summary>
public sealed class StatusList
{
    public const int BytesMax = 64 * 1024;
    public const int KeysPerChunk = 1 << 17;
    public const int InflatedBytesMax = KeysPerChunk / 4;
    public const uint ChunkMax = uint.MaxValue / KeysPerChunk;

    private const int Subject = 2, Expires_ = 4, IssuedAt_ = 6, ChunksKey = 65531, SequenceKey = 65532, ListKey = 65533, TtlKey = 65534;
    private const int BitsPerKey = 2;

    private readonly byte[] packed;

    private StatusList(SiteId site, uint chunk, uint chunks, uint sequence, long issuedAt, long expires, uint ttl, byte[] packed) =>
        (Site, Chunk, Chunks, Sequence, IssuedAt, Expires, Ttl, this.packed) = (site, chunk, chunks, sequence, issuedAt, expires, ttl, packed);

    public SiteId Site { get; }

    public uint Chunk { get; }

    /// <summary>How many lists the site has at this sequence, one a chunk, from chunk 0 on: who holds fewer does not know the whole.</summary>
    public uint Chunks { get; }

    /// <summary>Never falls.</summary>
    public uint Sequence { get; }

    /// <summary>Seconds.</summary>
    public long IssuedAt { get; }

    /// <summary>Seconds.</summary>
    public long Expires { get; }

    /// <summary>Seconds to keep it before asking again.</summary>
    public uint Ttl { get; }

    /// <summary>Makes the list of one chunk. Keys that are not named are valid.</summary>
    /// <exception cref="ArgumentException">A key of another chunk, a chunk that is not among the chunks, or times that cannot be.</exception>
    public static Linted<StatusList> Build(
        SiteId site, uint chunk, uint chunks, uint sequence, long iat, long exp, uint ttl, IEnumerable<(uint Key, KeyState State)> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (!AreChunks(chunk, chunks) || iat < 0 || exp <= iat || exp > UnixTime.End)
            throw new ArgumentException("The chunk, the chunks or the times are out of range.");
        var bits = new byte[InflatedBytesMax];
        foreach (var (key, state) in states)
        {
            if (key / KeysPerChunk != chunk)
                throw new ArgumentException($"Key {key} is not of chunk {chunk}.", nameof(states));
            var index = (int)(key % KeysPerChunk);
            bits[index / 4] = (byte)((bits[index / 4] & ~(3 << Shift(index))) | ((int)state << Shift(index)));
        }

        return new(new(site, chunk, chunks, sequence, iat, exp, ttl, bits.AsSpan().TrimEnd((byte)0).ToArray()));
    }

    /// <summary>The state of a key of this chunk.</summary>
    public KeyState StateOf(uint key)
    {
        if (key / KeysPerChunk != Chunk)
            throw new ArgumentOutOfRangeException(nameof(key), "The key is of another chunk.");
        var index = (int)(key % KeysPerChunk);
        return index / 4 < packed.Length ? (KeyState)((packed[index / 4] >> Shift(index)) & 3) : KeyState.Valid;
    }

    /// <summary>status-list 4</summary>
    public bool Replaces(StatusList stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Site == stored.Site && Chunk == stored.Chunk
            && (Sequence > stored.Sequence || (Sequence == stored.Sequence && IssuedAt > stored.IssuedAt));
    }

    /// <summary>Signs by a credential issuer key.</summary>
    public static byte[] Sign(Linted<StatusList> list, ISigner issuer)
    {
        ArgumentNullException.ThrowIfNull(list);
        return Cose.Write(Typ.StatusList, list.Value.Write(), issuer);
    }

    /// <summary>Steps 1 to 3 of spec/status-list.md; null and the list, or the refusal.</summary>
    public static StatusListRefusal? TryRead(
        ReadOnlySpan<byte> bytes, SiteId site, IEnumerable<PublicKey> issuers, out StatusList? list)
    {
        ArgumentNullException.ThrowIfNull(issuers);
        list = null;
        // status-list 1 and 3: the form
        if (bytes.Length > BytesMax
            || !Cose.TryRead(bytes, Typ.StatusList, out var signed)
            || !Cbor.TryRead(signed.Payload, Read, out var read))
            return StatusListRefusal.Malformed;
        if (read.Site != site)
            return StatusListRefusal.WrongSite;
        // status-list 2
        var named = issuers.Where(issuer => issuer.Kid.AsSpan().SequenceEqual(signed.Kid)).ToList();
        if (named.Count == 0)
            return StatusListRefusal.UnknownIssuer;
        if (!named.Any(signed.VerifiedBy))
            return StatusListRefusal.BadSignature;
        list = read;
        return null;
    }

    private byte[] Write() => Cbor.Write(writer =>
    {
        writer.WriteStartMap(7);
        writer.Text(Subject, SubjectOf(Site, Chunk)).Uint(Expires_, Expires).Uint(IssuedAt_, IssuedAt).Uint(ChunksKey, Chunks).Uint(SequenceKey, Sequence);
        writer.WriteInt32(ListKey);
        writer.WriteStartMap(2);
        writer.WriteTextString("lst");
        writer.WriteByteString(Zlib.Deflate(packed));
        writer.WriteTextString("bits");
        writer.WriteInt32(BitsPerKey);
        writer.WriteEndMap();
        writer.Uint(TtlKey, Ttl);
        writer.WriteEndMap();
    });

    private static StatusList Read(CborSource source)
    {
        source.OpenMap();
        var subject = source.Key(Subject).Text(128);
        var expires = source.Key(Expires_).Time();
        var issuedAt = source.Key(IssuedAt_).Time();
        var chunks = source.Key(ChunksKey).Uint32();
        var sequence = source.Key(SequenceKey).Uint32();
        var deflated = ReadList(source.Key(ListKey));
        var ttl = source.Key(TtlKey).Uint32();
        source.CloseMap();
        if (expires <= issuedAt || !TrySubject(subject, out var site, out var chunk) || !AreChunks(chunk, chunks))
            throw CborSource.Refuse("claims that cannot be");
        return Zlib.TryInflate(deflated, InflatedBytesMax, out var packed) && packed is not [.., 0]
            ? new(site, chunk, chunks, sequence, issuedAt, expires, ttl, packed)
            : throw CborSource.Refuse("a list that does not inflate");
    }

    // {"lst": bstr, "bits": 2}: the shorter key stands first in both canonical orders.
    private static byte[] ReadList(CborSource source)
    {
        source.OpenMap();
        var list = source.TextKey("lst").Bytes(0, BytesMax);
        source.TextKey("bits").Uint(BitsPerKey, min: BitsPerKey);
        source.CloseMap();
        return list;
    }

    private static string SubjectOf(SiteId site, uint chunk) => $"latchkey:status/{site}/{chunk.ToString(CultureInfo.InvariantCulture)}";

    private static bool TrySubject(string subject, out SiteId site, out uint chunk)
    {
        site = default;
        chunk = 0;
        var parts = subject.Split('/');
        if (parts.Length != 3 || !Guid.TryParseExact(parts[1], "N", out var id)
            || !uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out chunk) || chunk > ChunkMax)
            return false;
        site = new SiteId(id);
        // Upper case, leading zeros and any other spelling fall here.
        return SubjectOf(site, chunk) == subject;
    }

    private static bool AreChunks(uint chunk, uint chunks) => chunk < chunks && chunks <= ChunkMax + 1;

    private static int Shift(int index) => index % 4 * BitsPerKey;
}
