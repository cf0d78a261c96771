using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>
/// PKOC 2.0.1 reader certificate, 138 bytes (pkoc-ble, "Reader certificate"): the site says that this key is this reader's.
/// Read, it is a claim; only <see cref="IsSignedBy"/> makes it more.
/// </summary>
public sealed class ReaderCertificate
{
    public const int Bytes = 138;

    /// <summary>No beginning.</summary>
    public const uint NoStart = 0;

    /// <summary>No end.</summary>
    public const uint NoEnd = uint.MaxValue;

    private const int SignedBytes = 74;

    private readonly byte[] bytes;

    private ReaderCertificate(byte[] bytes, PublicKey readerKey) => (this.bytes, ReaderKey) = (bytes, readerKey);

    public ReaderId Reader => Identifiers.Reader(bytes.AsSpan(1));

    public SiteId Site => Identifiers.Site(bytes.AsSpan(17));

    /// <summary>Inclusive, seconds; <see cref="NoStart"/> = none.</summary>
    public uint NotBefore => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(33));

    /// <summary>Inclusive, seconds; <see cref="NoEnd"/> = none.</summary>
    public uint NotAfter => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(37));

    public PublicKey ReaderKey { get; }

    public ReadOnlySpan<byte> Span => bytes;

    /// <summary>SHA-256 of all 138 bytes.</summary>
    public byte[] Fingerprint => SHA256.HashData(bytes);

    /// <summary>Exact length, version 01, a key on the curve.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ReaderCertificate? certificate)
    {
        certificate = null;
        if (bytes.Length != Bytes || bytes[0] != 0x01 || !PublicKey.TryRead(bytes[41..SignedBytes], out var key))
            return false;
        certificate = new ReaderCertificate(bytes.ToArray(), key);
        return true;
    }

    /// <summary>Whether one of the site keys signed it. A certificate names none, so each is tried: two at most, during rotation.</summary>
    public bool IsSignedBy(IReadOnlyList<PublicKey> siteKeys)
    {
        ArgumentNullException.ThrowIfNull(siteKeys);
        foreach (var key in siteKeys)
            if (key.Verify(bytes.AsSpan(0, SignedBytes), bytes.AsSpan(SignedBytes)))
                return true;
        return false;
    }

    /// <summary>Signs a certificate that <see cref="TryRead"/> would read.</summary>
    /// <exception cref="ArgumentException">The window is upside down.</exception>
    public static byte[] Sign(
        ReaderId reader, SiteId site, uint notBefore, uint notAfter, PublicKey readerKey, ISigner siteKey)
    {
        ArgumentNullException.ThrowIfNull(readerKey);
        ArgumentNullException.ThrowIfNull(siteKey);
        if (notBefore > notAfter)
            throw new ArgumentException("A certificate begins before it ends.", nameof(notAfter));
        var bytes = new byte[Bytes];
        bytes[0] = 0x01;
        reader.Write(bytes.AsSpan(1));
        site.Write(bytes.AsSpan(17));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(33), notBefore);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(37), notAfter);
        readerKey.Span.CopyTo(bytes.AsSpan(41));
        siteKey.Sign(bytes.AsSpan(0, SignedBytes)).CopyTo(bytes, SignedBytes);
        return bytes;
    }
}
