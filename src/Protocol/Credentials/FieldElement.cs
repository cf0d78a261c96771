using System.Buffers.Binary;
using System.Numerics;

namespace Latchkey.Protocol.Credentials;

// A number modulo the prime of P-256, in Montgomery form (times 2^256), least significant word first. Only public points pass through
// here, so it need not run in constant time.
internal readonly record struct FieldElement(ulong W0, ulong W1, ulong W2, ulong W3)
{
    // p = 2^256 - 2^224 + 2^192 + 2^96 - 1, so -1/p modulo 2^64 is 1 and reducing needs no factor.
    private const ulong P0 = 0xFFFFFFFFFFFFFFFF, P1 = 0x00000000FFFFFFFF, P2 = 0, P3 = 0xFFFFFFFF00000001;

    private static readonly BigInteger Prime =
        (BigInteger.One << 256) - (BigInteger.One << 224) + (BigInteger.One << 192) + (BigInteger.One << 96) - 1;

    private static readonly FieldElement RSquared = Words(BigInteger.ModPow(2, 512, Prime));

    // The curve: y^2 = x^3 - 3x + b.
    private static readonly FieldElement B = Of(Convert.FromHexString("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"))!.Value;

    // A big-endian coordinate; null if it is not below the prime.
    public static FieldElement? Of(ReadOnlySpan<byte> bytes)
    {
        var plain = new FieldElement(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));
        return plain.IsReduced ? plain * RSquared : null;
    }

    public byte[] ToBytes()
    {
        var plain = this * new FieldElement(1, 0, 0, 0);
        var bytes = new byte[P256.CoordinateBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, plain.W3);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), plain.W2);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), plain.W1);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), plain.W0);
        return bytes;
    }

    // What y^2 has to be for this x.
    public FieldElement CurveAt() => this * this * this - (this + this + this) + B;

    // p ≡ 3 (mod 4): a square's root is its power of (p + 1) / 4; of anything else that power is no root, which the caller checks.
    // (p + 1) / 4 = (2^160 - 2^128 + 2^96 + 1) · 2^94
    public FieldElement RootIfSquare()
    {
        var root = this;
        for (var bit = 158; bit >= 0; bit--)
        {
            root *= root;
            if (bit is >= 128 or 96 or 0)
                root *= this;
        }

        for (var bit = 0; bit < 94; bit++)
            root *= root;
        return root;
    }

    public FieldElement Negated() => default(FieldElement) - this;

    public static FieldElement operator +(FieldElement a, FieldElement b)
    {
        unchecked
        {
            UInt128 sum = (UInt128)a.W0 + b.W0;
            var w0 = (ulong)sum;
            sum = (sum >> 64) + a.W1 + b.W1;
            var w1 = (ulong)sum;
            sum = (sum >> 64) + a.W2 + b.W2;
            var w2 = (ulong)sum;
            sum = (sum >> 64) + a.W3 + b.W3;
            return new FieldElement(w0, w1, w2, (ulong)sum).LessPrime((ulong)(sum >> 64));
        }
    }

    public static FieldElement operator -(FieldElement a, FieldElement b)
    {
        var difference = Subtract(a, b, out var borrow);
        // Below zero: the prime once more. The carry out of this sum is the borrow of before.
        return borrow ? Subtract(difference, Subtract(default, new FieldElement(P0, P1, P2, P3), out _), out _) : difference;
    }

    // Montgomery multiplication, word by word: a · b / 2^256.
    public static FieldElement operator *(FieldElement a, FieldElement b)
    {
        unchecked
        {
            ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
            Span<ulong> words = [b.W0, b.W1, b.W2, b.W3];
            foreach (var word in words)
            {
                UInt128 sum = (UInt128)a.W0 * word + t0;
                t0 = (ulong)sum;
                sum = (UInt128)a.W1 * word + t1 + (ulong)(sum >> 64);
                t1 = (ulong)sum;
                sum = (UInt128)a.W2 * word + t2 + (ulong)(sum >> 64);
                t2 = (ulong)sum;
                sum = (UInt128)a.W3 * word + t3 + (ulong)(sum >> 64);
                t3 = (ulong)sum;
                sum = (UInt128)t4 + (ulong)(sum >> 64);
                t4 = (ulong)sum;
                var t5 = (ulong)(sum >> 64);
                // Adding t0 times the prime makes the lowest word zero.
                var m = t0;
                sum = (UInt128)m * P0 + t0;
                sum = (UInt128)m * P1 + t1 + (ulong)(sum >> 64);
                t0 = (ulong)sum;
                sum = (UInt128)t2 + (ulong)(sum >> 64); // P2 is 0
                t1 = (ulong)sum;
                sum = (UInt128)m * P3 + t3 + (ulong)(sum >> 64);
                t2 = (ulong)sum;
                sum = (UInt128)t4 + (ulong)(sum >> 64);
                t3 = (ulong)sum;
                t4 = t5 + (ulong)(sum >> 64);
            }

            return new FieldElement(t0, t1, t2, t3).LessPrime(t4);
        }
    }

    private bool IsReduced
    {
        get
        {
            Subtract(this, new FieldElement(P0, P1, P2, P3), out var borrow);
            return borrow;
        }
    }

    // Takes the prime off once if the number, with its carry, is not below it.
    private FieldElement LessPrime(ulong carry)
    {
        var less = Subtract(this, new FieldElement(P0, P1, P2, P3), out var borrow);
        return carry == 0 && borrow ? this : less;
    }

    private static FieldElement Subtract(FieldElement a, FieldElement b, out bool borrow)
    {
        unchecked
        {
            UInt128 difference = (UInt128)a.W0 - b.W0;
            var w0 = (ulong)difference;
            difference = (UInt128)a.W1 - b.W1 - ((ulong)(difference >> 64) & 1);
            var w1 = (ulong)difference;
            difference = (UInt128)a.W2 - b.W2 - ((ulong)(difference >> 64) & 1);
            var w2 = (ulong)difference;
            difference = (UInt128)a.W3 - b.W3 - ((ulong)(difference >> 64) & 1);
            borrow = (difference >> 64) != 0;
            return new FieldElement(w0, w1, w2, (ulong)difference);
        }
    }

    private static FieldElement Words(BigInteger value)
    {
        var bytes = new byte[P256.CoordinateBytes];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(24)));
    }
}
