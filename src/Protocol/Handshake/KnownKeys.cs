using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Handshake;

/// <summary>
/// Device keys that have proven themselves before, already imported: importing one costs more than verifying by it. An
/// accelerator only; every transaction verifies all the same. Shared by all transactions of a reader, safe from any thread.
/// </summary>
public sealed class KnownKeys
{
    /// <summary>Keys kept, some twenty kilobytes each with what libcrypto hangs on them; past that it starts over. Strangers with keys of
    /// their own can fill it, and gain nothing.</summary>
    public const int KeysMax = 128;

    private readonly ConcurrentDictionary<ulong, PublicKey> keys = new();

    /// <summary>Reads 04 ‖ x ‖ y; false if it is not a point of the curve.</summary>
    internal bool TryRead(ReadOnlySpan<byte> point, [NotNullWhen(true)] out PublicKey? key) =>
        (keys.TryGetValue(Slot(point), out key) && IsSame(key, point)) || PublicKey.TryReadUncompressed(point, out key);

    internal void Keep(PublicKey key)
    {
        var slot = BinaryPrimitives.ReadUInt64LittleEndian(key.X);
        if (keys.TryGetValue(slot, out var kept) && ReferenceEquals(kept, key))
            return;
        if (keys.Count >= KeysMax)
            keys.Clear();
        keys[slot] = key;
    }

    // Both coordinates: x alone would let a point off the curve pass for the key.
    private static bool IsSame(PublicKey key, ReadOnlySpan<byte> point) =>
        point[0] == 0x04 && point[1..33].SequenceEqual(key.Parameters.Q.X) && point[33..].SequenceEqual(key.Parameters.Q.Y);

    private static ulong Slot(ReadOnlySpan<byte> point) => BinaryPrimitives.ReadUInt64LittleEndian(point[1..]);
}
