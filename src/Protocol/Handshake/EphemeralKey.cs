using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Handshake;

/// <summary>
/// A P-256 key for one transaction, made ahead of time by the caller. It agrees once and is spent: a fresh key each time is
/// what keeps a recorded exchange from being replayed.
/// </summary>
public abstract class EphemeralKey : IDisposable
{
    public const int SessionKeyBytes = 32;

    private readonly byte[] point;
    private bool spent;

    /// <param name="point">04 ‖ x ‖ y.</param>
    protected EphemeralKey(ReadOnlySpan<byte> point)
    {
        if (point.Length != P256.UncompressedBytes || point[0] != 0x04)
            throw new ArgumentException("An ephemeral key is a point of P-256, uncompressed.", nameof(point));
        this.point = point.ToArray();
    }

    /// <summary>A key of the platform; owned from here on.</summary>
    public static EphemeralKey Of(ECDiffieHellman key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new PlatformEphemeralKey(key, P256.Uncompressed(key.ExportParameters(includePrivateParameters: false)));
    }

    /// <summary>04 ‖ x ‖ y.</summary>
    public ReadOnlySpan<byte> Uncompressed => point;

    public ReadOnlySpan<byte> X => point.AsSpan(1, P256.CoordinateBytes);

    /// <summary>02 or 03 ‖ x.</summary>
    public void WriteCompressed(Span<byte> destination)
    {
        destination[0] = (byte)(0x02 | (point[^1] & 1));
        X.CopyTo(destination[1..]);
    }

    /// <summary>K = SHA-256(Z), Z = the x coordinate of the shared point. False if the peer's point is not on the curve.</summary>
    /// <param name="peer">04 ‖ x ‖ y.</param>
    /// <param name="sessionKey">Takes K, 32 bytes.</param>
    public bool TryAgree(ReadOnlySpan<byte> peer, Span<byte> sessionKey)
    {
        if (spent)
            throw new InvalidOperationException("An ephemeral key agrees once.");
        spent = true;
        // The curve's order is prime: a point on it is all that a peer's key has to be.
        if (!P256.TryReadUncompressed(peer, out var parameters))
            return false;
        Agree(parameters, sessionKey);
        Dispose();
        return true;
    }

    /// <summary>Computes K; the peer's point is known to lie on the curve.</summary>
    protected abstract void Agree(ECParameters peer, Span<byte> sessionKey);

    protected abstract void Dispose(bool disposing);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }
}

internal sealed class PlatformEphemeralKey(ECDiffieHellman key, byte[] point) : EphemeralKey(point)
{
    protected override void Agree(ECParameters peer, Span<byte> sessionKey)
    {
        using var other = ECDiffieHellman.Create(peer);
        using var otherPublic = other.PublicKey;
        var agreed = key.DeriveKeyFromHash(otherPublic, HashAlgorithmName.SHA256);
        agreed.CopyTo(sessionKey);
        CryptographicOperations.ZeroMemory(agreed);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            key.Dispose();
    }
}
