using System.Numerics;
using System.Security.Cryptography;
using CsCheck;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Credentials;

/// <summary>Our point arithmetic against big integers and against the platform.</summary>
public sealed class P256Tests
{
    private static readonly BigInteger Prime = Number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger B = Number("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    private static Gen<byte[]> Coordinate { get; } = Gens.Either(
        Gen.Byte.Array[32],
        // Words of all zeros, all ones and nearly so: where carries run furthest.
        Gens.Pick<ulong>(0, 1, 0xFFFFFFFF, 0xFFFFFFFF00000000, 0xFFFFFFFF00000001, ulong.MaxValue - 1, ulong.MaxValue).Array[4]
            .Select(words => words.SelectMany(word => BitConverter.GetBytes(word).Reverse()).ToArray()),
        Gen.Int[-3, 3].Select(offset => Octets(Prime + offset)),
        Gen.Int[0, 50].Select(small => Octets(small)));

    [Fact]
    public void Decompressing_finds_the_point_or_there_is_none() => Gen.Select(Coordinate, Gen.Bool).Sample((x, odd) =>
    {
        var found = P256.TryDecompress([(byte)(odd ? 3 : 2), .. x], out var point);
        var number = Number(x);
        var square = Mod(BigInteger.ModPow(number, 3, Prime) - 3 * number + B);
        var exists = number < Prime && BigInteger.ModPow(square, (Prime - 1) / 2, Prime).IsOne;
        if (!found || !exists)
            return found == exists;
        var y = Number(point.Q.Y!);
        return point.Q.X!.SequenceEqual(x) && y < Prime && y.IsEven == !odd && Mod(y * y) == square;
    }, iter: Rounds.Of(2000));

    [Fact]
    public void An_uncompressed_point_reads_only_on_the_curve() => Gen.Select(Coordinate, Coordinate).Sample((x, y) =>
    {
        var (a, b) = (Number(x), Number(y));
        var on = a < Prime && b < Prime && Mod(b * b) == Mod(BigInteger.ModPow(a, 3, Prime) - 3 * a + B);
        return PublicKey.TryReadUncompressed([4, .. x, .. y], out _) == on;
    }, iter: Rounds.Of(2000));

    [Fact]
    public void Keys_of_the_platform_come_back()
    {
        for (var i = 0; i < 50; i++)
        {
            using var platform = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var key = PublicKey.Of(platform);
            Assert.True(PublicKey.TryRead(key.Span, out var again));
            Assert.Equal(key, again);
            Assert.Equal(key.ToUncompressed(), again.ToUncompressed());
            Assert.True(again.Verify([1, 2, 3], platform.SignData([1, 2, 3], HashAlgorithmName.SHA256)));
        }
    }

    [Fact]
    public void One_key_verifies_on_many_threads()
    {
        Assert.True(PublicKey.TryRead(Made.Device.Public.Span, out var key));
        byte[] data = [1, 2, 3];
        var signature = Made.Device.Sign(data);
        var good = 0;
        Parallel.For(0, 400, i =>
        {
            if (key.Verify(data, signature) && !key.Verify([1, 2], signature))
                Interlocked.Increment(ref good);
        });
        Assert.Equal(400, good);
    }

    [Fact]
    public void Other_curves_are_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => PublicKey.Of(other));
    }

    private static BigInteger Number(string hex) => Number(Convert.FromHexString(hex));

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Mod(BigInteger value) => (value % Prime + Prime) % Prime;

    private static byte[] Octets(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
