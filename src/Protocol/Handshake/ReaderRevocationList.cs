using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>A reader that phones no longer trust, and since when (seconds; shown only, the reader is refused whatever it says).</summary>
public readonly record struct RevokedReader(ReaderId Reader, uint Time);

/// <summary>
/// PKOC 2.0.1 reader revocation list, 87 + 20 n bytes (pkoc-ble, "Reader revocation list"). One exists only if its version,
/// issuer, length and signature were found good.
/// </summary>
public sealed class ReaderRevocationList
{
    public const int ReadersMax = ushort.MaxValue;

    private const int HeadBytes = 23;
    private const int EntryBytes = 20;

    private readonly byte[] bytes;
    private readonly HashSet<ReaderId> revoked;

    private ReaderRevocationList(byte[] bytes, SiteId site, uint issued, IReadOnlyList<RevokedReader> readers)
    {
        (this.bytes, Site, Issued, Readers) = (bytes, site, issued, readers);
        revoked = [.. readers.Select(entry => entry.Reader)];
    }

    public SiteId Site { get; }

    /// <summary>Seconds.</summary>
    public uint Issued { get; }

    public IReadOnlyList<RevokedReader> Readers { get; }

    public ReadOnlySpan<byte> Span => bytes;

    public bool Contains(ReaderId reader) => revoked.Contains(reader);

    /// <summary>A list takes the stored one's place only if it was issued later.</summary>
    public bool Replaces(ReaderRevocationList? stored) => stored is null || (stored.Site == Site && Issued > stored.Issued);

    /// <summary>Reads a list of this site, signed by one of its keys.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes,
        SiteId site,
        IReadOnlyList<PublicKey> siteKeys,
        [NotNullWhen(true)] out ReaderRevocationList? list)
    {
        ArgumentNullException.ThrowIfNull(siteKeys);
        list = null;
        if (bytes.Length < HeadBytes + PublicKey.SignatureBytes || bytes[0] != 0x01)
            return false;
        var count = BinaryPrimitives.ReadUInt16BigEndian(bytes[21..]);
        var signedBytes = HeadBytes + EntryBytes * count;
        if (bytes.Length != signedBytes + PublicKey.SignatureBytes || Identifiers.Site(bytes[1..]) != site)
            return false;
        if (!IsSigned(bytes, signedBytes, siteKeys))
            return false;
        var readers = new RevokedReader[count];
        for (var i = 0; i < count; i++)
        {
            var entry = bytes.Slice(HeadBytes + EntryBytes * i, EntryBytes);
            readers[i] = new(Identifiers.Reader(entry), BinaryPrimitives.ReadUInt32BigEndian(entry[16..]));
        }
        list = new ReaderRevocationList(
            bytes.ToArray(), site, BinaryPrimitives.ReadUInt32BigEndian(bytes[17..]), readers);
        return true;
    }

    public static byte[] Sign(SiteId site, uint issued, IReadOnlyList<RevokedReader> readers, ISigner siteKey)
    {
        ArgumentNullException.ThrowIfNull(readers);
        ArgumentNullException.ThrowIfNull(siteKey);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(readers.Count, ReadersMax, nameof(readers));
        var signedBytes = HeadBytes + EntryBytes * readers.Count;
        var bytes = new byte[signedBytes + PublicKey.SignatureBytes];
        bytes[0] = 0x01;
        site.Write(bytes.AsSpan(1));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(17), issued);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(21), (ushort)readers.Count);
        for (var i = 0; i < readers.Count; i++)
        {
            var entry = bytes.AsSpan(HeadBytes + EntryBytes * i, EntryBytes);
            readers[i].Reader.Write(entry);
            BinaryPrimitives.WriteUInt32BigEndian(entry[16..], readers[i].Time);
        }
        siteKey.Sign(bytes.AsSpan(0, signedBytes)).CopyTo(bytes, signedBytes);
        return bytes;
    }

    private static bool IsSigned(ReadOnlySpan<byte> bytes, int signedBytes, IReadOnlyList<PublicKey> siteKeys)
    {
        foreach (var key in siteKeys)
            if (key.Verify(bytes[..signedBytes], bytes[signedBytes..]))
                return true;
        return false;
    }
}
