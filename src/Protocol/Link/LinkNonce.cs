using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Latchkey.Protocol.Link;

/// <summary>32 random bytes that make one link's proofs good for this link only. Random: the caller's; compares by content.</summary>
public sealed class LinkNonce : IEquatable<LinkNonce>
{
    public const int Bytes = 32;

    private readonly byte[] bytes;

    private LinkNonce(byte[] bytes) => this.bytes = bytes;

    public ReadOnlySpan<byte> Span => bytes;

    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static LinkNonce From(ReadOnlySpan<byte> random) =>
        TryRead(random, out var nonce) ? nonce : throw new ArgumentException("A link's nonce has 32 bytes.", nameof(random));

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LinkNonce? nonce)
    {
        nonce = bytes.Length == Bytes ? new(bytes.ToArray()) : null;
        return nonce is not null;
    }

    public bool Equals(LinkNonce? other) => other is not null && Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => Equals(obj as LinkNonce);

    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(bytes);
}
