using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Latchkey.Protocol.Credentials;

/// <summary>A P-256 public key that was found to lie on the curve. Compares by its 33 bytes.</summary>
public sealed class PublicKey : IEquatable<PublicKey>, IComparable<PublicKey>
{
    public const int Bytes = P256.CompressedBytes;
    public const int KidBytes = 4;
    public const int SignatureBytes = 64;

    private readonly byte[] compressed;
    private readonly ECParameters parameters;
    private ECDsa? imported;

    private PublicKey(byte[] compressed, ECParameters parameters)
    {
        (this.compressed, this.parameters) = (compressed, parameters);
        KidNumber = BinaryPrimitives.ReadUInt32BigEndian(Fingerprint);
    }

    /// <summary>Reads the 33-byte compressed form.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PublicKey? key)
    {
        key = P256.TryDecompress(bytes, out var parameters) ? new(bytes.ToArray(), parameters) : null;
        return key is not null;
    }

    /// <summary>Reads the 65-byte uncompressed form of PKOC.</summary>
    public static bool TryReadUncompressed(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PublicKey? key)
    {
        key = P256.TryReadUncompressed(bytes, out var parameters) ? new(P256.Compress(parameters), parameters) : null;
        return key is not null;
    }

    /// <summary>The public half of a key pair of the platform.</summary>
    public static PublicKey Of(ECAlgorithm key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return TryReadUncompressed(P256.Uncompressed(parameters), out var known)
            ? known
            : throw new ArgumentException("Not a P-256 key.", nameof(key));
    }

    /// <summary>The 33-byte compressed form.</summary>
    public ReadOnlySpan<byte> Span => compressed;

    /// <summary>The 33-byte compressed form, a copy.</summary>
    public byte[] ToBytes() => [.. compressed];

    /// <summary>The 65-byte uncompressed form, <c>04 ‖ x ‖ y</c>.</summary>
    public byte[] ToUncompressed() => P256.Uncompressed(parameters);

    /// <summary>The X coordinate, 32 bytes: the PKOC credential.</summary>
    public ReadOnlySpan<byte> X => compressed.AsSpan(1);

    /// <summary>Curve and point, for key agreement.</summary>
    public ECParameters Parameters => parameters;

    /// <summary>SHA-256 of the compressed form, 32 bytes.</summary>
    public byte[] Fingerprint => SHA256.HashData(compressed);

    /// <summary>The first four bytes of the fingerprint, as COSE names the key.</summary>
    public byte[] Kid => Fingerprint[..KidBytes];

    /// <summary>The same four bytes as a big-endian number.</summary>
    public uint KidNumber { get; }

    /// <summary>ECDSA with SHA-256, signature <c>r ‖ s</c> of 64 bytes. Safe to call from many threads at once.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureBytes
        && Import().VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>
    /// The platform's form, imported once: importing costs twice a verification. Verifying only reads the key, so one object
    /// may serve all threads; it belongs to this key, do not dispose it.
    /// </summary>
    public ECDsa Import()
    {
        if (Volatile.Read(ref imported) is { } known)
            return known;
        var mine = ECDsa.Create(parameters);
        if (Interlocked.CompareExchange(ref imported, mine, null) is not { } first)
            return mine;
        mine.Dispose();
        return first;
    }

    public bool Equals(PublicKey? other) => other is not null && Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    // The X coordinate is as good as random.
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(compressed.AsSpan(1));

    public int CompareTo(PublicKey? other) => other is null ? 1 : Span.SequenceCompareTo(other.Span);

    public static bool operator ==(PublicKey? left, PublicKey? right) => Equals(left, right);

    public static bool operator !=(PublicKey? left, PublicKey? right) => !Equals(left, right);

    public static bool operator <(PublicKey? left, PublicKey? right) => Comparer<PublicKey>.Default.Compare(left, right) < 0;

    public static bool operator >(PublicKey? left, PublicKey? right) => Comparer<PublicKey>.Default.Compare(left, right) > 0;

    public static bool operator <=(PublicKey? left, PublicKey? right) => !(left > right);

    public static bool operator >=(PublicKey? left, PublicKey? right) => !(left < right);

    /// <summary>66 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(compressed);
}
