using System.Security.Cryptography;

namespace Latchkey.Protocol.Credentials;

/// <summary>Points of NIST P-256 on the wire (SEC 1). The platform imports uncompressed points only, so decompression is ours.</summary>
public static class P256
{
    public const int CompressedBytes = 33;
    public const int UncompressedBytes = 65;
    public const int CoordinateBytes = 32;

    /// <summary>Reads <c>02|03 ‖ x</c>; false if there is no such point on the curve.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> point, out ECParameters parameters)
    {
        parameters = default;
        if (point.Length != CompressedBytes || point[0] is not (2 or 3) || FieldElement.Of(point[1..]) is not { } x)
            return false;
        var square = x.CurveAt();
        var y = square.RootIfSquare();
        if (y * y != square)
            return false;
        var bytes = y.ToBytes();
        // There is no point with y = 0 on a curve of prime order, so the two roots differ in their last bit.
        if ((bytes[^1] & 1) != (point[0] & 1))
            bytes = y.Negated().ToBytes();
        parameters = Parameters(point[1..].ToArray(), bytes);
        return true;
    }

    /// <summary>Reads <c>04 ‖ x ‖ y</c>; false if the point is not on the curve.</summary>
    public static bool TryReadUncompressed(ReadOnlySpan<byte> point, out ECParameters parameters)
    {
        parameters = default;
        if (point.Length != UncompressedBytes || point[0] != 4
            || FieldElement.Of(point[1..33]) is not { } x || FieldElement.Of(point[33..]) is not { } y
            || y * y != x.CurveAt())
            return false;
        parameters = Parameters(point[1..33].ToArray(), point[33..].ToArray());
        return true;
    }

    public static byte[] Compress(ECParameters parameters) => [(byte)(2 + (parameters.Q.Y![^1] & 1)), .. parameters.Q.X!];

    public static byte[] Uncompressed(ECParameters parameters) => [4, .. parameters.Q.X!, .. parameters.Q.Y!];

    private static ECParameters Parameters(byte[] x, byte[] y) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = x, Y = y },
    };
}
