using System.Security.Cryptography;
using System.Text;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>
/// The two macs of pairing (reader-link, "Pairing"): each side shows that it knows the System Key, which is never sent, over what
/// it says. Compare with <see cref="Fits"/> only.
/// </summary>
public static class PairingProof
{
    public const int Bytes = 32;

    /// <summary>2: the reader's, over the code and the key it has made.</summary>
    /// <param name="code">Canonical text.</param>
    public static byte[] OfRequest(string systemKey, string code, string systemId, PublicKey readerKey)
    {
        ArgumentNullException.ThrowIfNull(readerKey);
        return Mac(systemKey, [
            .. "latchkey/1 pair"u8, 0, .. Encoding.UTF8.GetBytes(code), 0, .. Encoding.UTF8.GetBytes(systemId), 0, .. readerKey.Span,
        ]);
    }

    /// <summary>4: the server's, over all that the reader is about to trust.</summary>
    public static byte[] OfAnswer(
        string systemKey,
        string code,
        SiteId site,
        ReaderId reader,
        ReadOnlySpan<byte> certificate,
        IReadOnlyList<PublicKey> siteKeys)
    {
        ArgumentNullException.ThrowIfNull(siteKeys);
        // Nothing may slide from one field into the next: every field but the last list has a fixed length.
        if (certificate.Length != ReaderCertificate.Bytes)
            throw new ArgumentException("A reader certificate has 138 bytes.", nameof(certificate));
        List<byte> said =
        [
            .. "latchkey/1 paired"u8, 0, .. Encoding.UTF8.GetBytes(code), 0, .. site.ToBytes(), .. reader.ToBytes(), .. certificate,
        ];
        foreach (var key in siteKeys)
            said.AddRange(key.Span);
        return Mac(systemKey, [.. said]);
    }

    /// <summary>Compares in constant time.</summary>
    public static bool Fits(ReadOnlySpan<byte> mac, ReadOnlySpan<byte> expected) =>
        CryptographicOperations.FixedTimeEquals(mac, expected);

    private static byte[] Mac(string systemKey, ReadOnlySpan<byte> said) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(systemKey), said);
}

/// <summary>What console and reader show side by side when a reader is paired.</summary>
public static class Fingerprint
{
    /// <summary>The first 8 bytes of SHA-256 over the key, as <c>3F2A 91C0 77D1 0B4E</c>.</summary>
    public static string Text(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var hex = Convert.ToHexString(key.Fingerprint, 0, 8);
        return $"{hex[..4]} {hex[4..8]} {hex[8..12]} {hex[12..]}";
    }
}
