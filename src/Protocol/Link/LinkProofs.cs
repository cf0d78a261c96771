using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>The server shows that it speaks for the site (reader-link 1). Signed by a site key.</summary>
/// <param name="ReaderNonce">The one of this link's hello.</param>
/// <param name="ServerTime">Seconds; the reader's clock follows it.</param>
public sealed record ServerProof(ReaderId Reader, LinkNonce ReaderNonce, LinkNonce ServerNonce, long ServerTime) : Proof
{
    private protected override string SignedAs => Typ.LinkServer;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ServerProof? proof) =>
        TryRead(bytes, Typ.LinkServer, Read, out proof);

    private protected override void WritePayload(CborWriter writer)
    {
        writer.WriteStartMap(4);
        writer.Bytes(1, Reader.ToBytes()).Bytes(2, ReaderNonce.Span).Bytes(3, ServerNonce.Span).Uint(4, ServerTime);
        writer.WriteEndMap();
    }

    private protected override Proof ReadPayload(CborSource source) => Read(source);

    private static ServerProof Read(CborSource source)
    {
        source.OpenMap();
        var proof = new ServerProof(
            source.Key(1).Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
            source.Key(2).Bytes<LinkNonce>(LinkNonce.Bytes, LinkNonce.TryRead!),
            source.Key(3).Bytes<LinkNonce>(LinkNonce.Bytes, LinkNonce.TryRead!),
            source.Key(4).Time());
        source.CloseMap();
        return proof;
    }
}

/// <summary>The reader shows that it holds its registered key (reader-link 2). Signed by the reader key.</summary>
public sealed record ReaderProof(SiteId Site, ReaderId Reader, LinkNonce ReaderNonce, LinkNonce ServerNonce) : Proof
{
    private protected override string SignedAs => Typ.LinkReader;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ReaderProof? proof) =>
        TryRead(bytes, Typ.LinkReader, Read, out proof);

    private protected override void WritePayload(CborWriter writer)
    {
        writer.WriteStartMap(4);
        writer.Bytes(1, Site.ToBytes()).Bytes(2, Reader.ToBytes()).Bytes(3, ReaderNonce.Span).Bytes(4, ServerNonce.Span);
        writer.WriteEndMap();
    }

    private protected override Proof ReadPayload(CborSource source) => Read(source);

    private static ReaderProof Read(CborSource source)
    {
        source.OpenMap();
        var proof = new ReaderProof(
            source.Key(1).Bytes<SiteId>(SiteId.Bytes, SiteId.TryRead),
            source.Key(2).Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
            source.Key(3).Bytes<LinkNonce>(LinkNonce.Bytes, LinkNonce.TryRead!),
            source.Key(4).Bytes<LinkNonce>(LinkNonce.Bytes, LinkNonce.TryRead!));
        source.CloseMap();
        return proof;
    }
}
