using System.Globalization;
using System.Numerics;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Cards;

/// <summary>Card numbers made from PKOC keys, and those of mobile keys (spec/card-numbers.md).</summary>
public readonly record struct CardNumber
{
    /// <summary>A PKOC credential is the X coordinate, 256 bits.</summary>
    public const int BitsMax = 256;

    /// <summary>Widths in use.</summary>
    public static IReadOnlyList<int> Widths { get; } = [64, 75, 128, 200, 256];

    private CardNumber(BigInteger value, int bits) => (Value, Bits) = (value, bits);

    public BigInteger Value { get; }

    public int Bits { get; }

    /// <summary>The rightmost bits of the key's X coordinate, as a big-endian number.</summary>
    /// <param name="bits">1 to 256.</param>
    public static CardNumber FromPkoc(PublicKey key, int bits)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, BitsMax);
        var x = new BigInteger(key.X, isUnsigned: true, isBigEndian: true);
        return new(x & ((BigInteger.One << bits) - 1), bits);
    }

    /// <summary>A mobile key's card number: prefix followed by the User ID, in decimal; prefix 99, User ID 17 is 9917.</summary>
    public static string OfMobileKey(string? prefix, uint userId) => prefix + userId.ToString(CultureInfo.InvariantCulture);

    public string Decimal => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Upper-case hexadecimal, as many digits as the width needs.</summary>
    public string Hex => Convert.ToHexString(ToBytes())[(Bits % 8 is >= 1 and <= 4 ? 1 : 0)..];

    /// <summary>Big-endian, right-aligned in as many bytes as the width needs.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[(Bits + 7) / 8];
        var significant = Value.ToByteArray(isUnsigned: true, isBigEndian: true);
        significant.CopyTo(bytes, bytes.Length - significant.Length);
        return bytes;
    }

    public override string ToString() => Decimal;
}
