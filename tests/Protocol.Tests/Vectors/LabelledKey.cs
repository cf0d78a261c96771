using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>
/// A key whose private scalar is SHA-256 of an ASCII label, so that anybody can make it again. Signs deterministically (RFC 6979),
/// so that vectors can be written again byte by byte. For tests alone.
/// </summary>
sealed class LabelledKey : ISigner
{
    private static readonly BigInteger Order = Number(
        Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"));

    private readonly ConcurrentDictionary<string, byte[]> agreed = new();
    private readonly byte[] scalar;

    public LabelledKey(string label) : this(SHA256.HashData(Encoding.ASCII.GetBytes(label)))
    {
    }

    public LabelledKey(byte[] scalar)
    {
        this.scalar = scalar;
        using var key = Agreement();
        Public = PublicKey.Of(key);
    }

    public PublicKey Public { get; }

    public byte[] Scalar => [.. scalar];

    public ECDiffieHellman Agreement() => ECDiffieHellman.Create(Parameters(scalar));

    public EphemeralKey Ephemeral() => EphemeralKey.Of(Agreement());

    /// <summary>The same key, remembering what it agreed with whom: for tests that run one exchange thousands of times.</summary>
    public EphemeralKey Remembering() => new RememberingKey(this);

    public byte[] Z(PublicKey peer)
    {
        using var own = Agreement();
        using var other = ECDiffieHellman.Create(peer.Parameters);
        return own.DeriveRawSecretAgreement(other.PublicKey);
    }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var digest = SHA256.HashData(data);
        var nonce = Nonce(digest);
        using var point = ECDiffieHellman.Create(Parameters(nonce));
        var r = Number(point.ExportParameters(false).Q.X!) % Order;
        var inverse = BigInteger.ModPow(Number(nonce), Order - 2, Order);
        var s = inverse * (Number(digest) + r * Number(scalar)) % Order;
        return [.. Octets(r), .. Octets(s)];
    }

    /// <summary>RFC 6979, 3.2, with SHA-256: order and digest are both 256 bits.</summary>
    private byte[] Nonce(byte[] digest)
    {
        byte[] seed = [.. scalar, .. Octets(Number(digest) % Order)];
        var (key, value) = (new byte[32], Enumerable.Repeat((byte)1, 32).ToArray());
        foreach (byte round in (byte[])[0, 1])
        {
            key = HMACSHA256.HashData(key, (byte[])[.. value, round, .. seed]);
            value = HMACSHA256.HashData(key, value);
        }
        while (true)
        {
            value = HMACSHA256.HashData(key, value);
            if (Number(value) is { IsZero: false } number && number < Order)
                return value;
            key = HMACSHA256.HashData(key, (byte[])[.. value, 0]);
            value = HMACSHA256.HashData(key, value);
        }
    }

    private static ECParameters Parameters(byte[] scalar) => new() { Curve = ECCurve.NamedCurves.nistP256, D = scalar };

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Octets(BigInteger number)
    {
        var bytes = new byte[32];
        var significant = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        significant.CopyTo(bytes, 32 - significant.Length);
        return bytes;
    }

    private sealed class RememberingKey(LabelledKey key) : EphemeralKey(key.Public.ToUncompressed())
    {
        protected override void Agree(ECParameters peer, Span<byte> sessionKey) =>
            key.agreed.GetOrAdd(Convert.ToHexString(peer.Q.X!), _ => Fresh(peer)).CopyTo(sessionKey);

        protected override void Dispose(bool disposing)
        {
        }

        private byte[] Fresh(ECParameters peer)
        {
            var fresh = new byte[SessionKeyBytes];
            using var real = key.Ephemeral();
            Assert.True(real.TryAgree(P256.Uncompressed(peer), fresh));
            return fresh;
        }
    }
}
