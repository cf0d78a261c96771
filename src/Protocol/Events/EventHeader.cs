using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Events;

/// <summary>What happened at the door; the numbers of spec/events.md.</summary>
public enum EventKind : byte
{
    Decision = 1,
    Opened = 2,
    NotOpened = 3,
    Held = 4,
    HeldEnd = 5,
    Forced = 6,
    UnlockFailed = 7,
    Started = 8,
    StatementApplied = 9,
    StatementRefused = 10,
    Clock = 11,
    Tamper = 12,
    BundleExpired = 13,
}

/// <summary>The chained part of an event; says nothing about a person, and stays when the payload is purged.</summary>
/// <param name="Boot">Counts starts of the reader, from 1.</param>
/// <param name="Seq">Rises by one over all boots, from 1.</param>
/// <param name="Prev">Hash of the event before, 32 bytes; zeros for the first.</param>
/// <param name="TimeMs">Milliseconds since 1970, by the reader's clock.</param>
/// <param name="Digest">SHA-256 of the payload, 32 bytes.</param>
public sealed record EventHeader(ReaderId Reader, long Boot, long Seq, byte[] Prev, long TimeMs, EventKind Kind, byte[] Digest)
{
    private const int HashBytes = 32;

    public byte[] ToCbor() => Cbor.Write(writer =>
    {
        writer.WriteStartArray(7);
        writer.WriteByteString(Reader.ToBytes());
        writer.WriteInt64(Boot);
        writer.WriteInt64(Seq);
        writer.WriteByteString(Prev);
        writer.WriteInt64(TimeMs);
        writer.WriteInt32((int)Kind);
        writer.WriteByteString(Digest);
        writer.WriteEndArray();
    });

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EventHeader? header) =>
        Cbor.TryRead(bytes, Read, out header);

    /// <summary>The hash of the event, 32 bytes.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> header) => SHA256.HashData(header);

    public bool Equals(EventHeader? other) => other is not null && ToCbor().AsSpan().SequenceEqual(other.ToCbor());

    public override int GetHashCode() => HashCode.Combine(Reader, Boot, Seq, TimeMs);

    private static EventHeader Read(CborSource source)
    {
        source.OpenArray(7, min: 7);
        var header = new EventHeader(
            source.Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
            source.Uint(CborSource.SafeIntegerMax, min: 1),
            source.Uint(CborSource.SafeIntegerMax, min: 1),
            source.Bytes(HashBytes),
            source.Uint(CborSource.SafeIntegerMax),
            (EventKind)source.Uint((long)EventKind.BundleExpired, min: 1),
            source.Bytes(HashBytes));
        source.CloseArray();
        return header;
    }
}
