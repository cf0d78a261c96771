using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

/// <summary>An array of changes to a bundle, as bytes; made by <see cref="Bundle.Diff"/>.</summary>
public sealed class Delta
{
    private readonly byte[] bytes;

    internal Delta(byte[] bytes) => this.bytes = bytes;

    /// <summary>Changes nothing: only extends the life of what is there.</summary>
    public static Delta Empty { get; } = new([0x80]);

    public bool IsEmpty => bytes is [0x80];

    public byte[] ToBytes() => [.. bytes];

    internal ReadOnlySpan<byte> Span => bytes;

    /// <summary>Reads well-formed changes; whether they fit is known when they are applied.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Delta? delta)
    {
        delta = Cbor.TryRead(bytes, source => BundleWire.Apply(BundleWire.Blank, source), out _) ? new(bytes.ToArray()) : null;
        return delta is not null;
    }
}
