using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Events;

/// <summary>The site's word that it has stored a reader's events up to one (spec/events.md).</summary>
/// <param name="Boot">0 with <paramref name="Seq"/> 0: none is stored.</param>
/// <param name="Hash">Hash of that event, 32 bytes; zeros where none is stored.</param>
public sealed record Receipt(ReaderId Reader, long Boot, long Seq, byte[] Hash)
{
    private const int HashBytes = 32;

    /// <summary>A receipt is for what a chain check has stored; so its state is all it can say.</summary>
    public static Linted<Receipt> For(ChainState stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return new(new Receipt(stored.Reader, stored.Boot, stored.Seq, stored.Hash));
    }

    /// <summary>Signs by a site key.</summary>
    public static byte[] Sign(Linted<Receipt> receipt, ISigner siteKey)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        return Cose.Write(Typ.Receipt, receipt.Value.ToCbor(), siteKey);
    }

    /// <summary>Reads and verifies; false is no receipt of this site, or one for another reader.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, ReaderId reader, IEnumerable<PublicKey> siteKeys, [NotNullWhen(true)] out Receipt? receipt)
    {
        receipt = null;
        if (!Cose.TryRead(bytes, Typ.Receipt, out var signed)
            || !Cbor.TryRead(signed.Payload, Read, out var read)
            || !siteKeys.Any(signed.VerifiedBy)
            || read.Reader != reader)
            return false;
        receipt = read;
        return true;
    }

    public bool Equals(Receipt? other) => other is not null && ToCbor().AsSpan().SequenceEqual(other.ToCbor());

    public override int GetHashCode() => HashCode.Combine(Reader, Boot, Seq);

    private byte[] ToCbor() => Cbor.Write(writer =>
    {
        writer.WriteStartMap(4);
        writer.Bytes(1, Reader.ToBytes()).Uint(2, Boot).Uint(3, Seq).Bytes(4, Hash);
        writer.WriteEndMap();
    });

    private static Receipt Read(CborSource source)
    {
        source.OpenMap();
        var receipt = new Receipt(
            source.Key(1).Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
            source.Key(2).Uint(CborSource.SafeIntegerMax),
            source.Key(3).Uint(CborSource.SafeIntegerMax),
            source.Key(4).Bytes(HashBytes));
        source.CloseMap();
        var isStart = receipt == For(ChainState.Start(receipt.Reader)).Value;
        return isStart || receipt is { Boot: > 0, Seq: > 0 } ? receipt : throw CborSource.Refuse("a receipt for half a beginning");
    }
}
