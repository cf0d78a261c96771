using System.Formats.Cbor;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>Server: a signed statement (statements); not read here.</summary>
public sealed record StatementFrame(byte[] Statement) : LinkFrame
{
    public const int StatementBytesMax = 4 * 1024 * 1024;
    internal const int Number = 20;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer) => writer.Bytes(1, Statement);

    internal static StatementFrame Read(CborSource source) => new(source.Key(1).Bytes(1, StatementBytesMax));
}

/// <summary>Server: the newest receipt (events); not read here.</summary>
public sealed record ReceiptFrame(byte[] Receipt) : LinkFrame
{
    internal const int Number = 22;
    private const int ReceiptBytesMax = 512;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer) => writer.Bytes(1, Receipt);

    internal static ReceiptFrame Read(CborSource source) => new(source.Key(1).Bytes(1, ReceiptBytesMax));
}

/// <summary>Server: the newest status lists, one per chunk (status-list); not read here.</summary>
public sealed record StatusListFrame(IReadOnlyList<byte[]> Lists) : LinkFrame
{
    public const int ListsMax = 64;
    internal const int Number = 23;
    private const int ListBytesMax = 64 * 1024;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer)
    {
        writer.WriteInt32(1);
        writer.WriteStartArray(Lists.Count);
        foreach (var list in Lists)
            writer.WriteByteString(list);
        writer.WriteEndArray();
    }

    internal static StatusListFrame Read(CborSource source) =>
        new(source.Key(1).Array(ListsMax, item => item.Bytes(1, ListBytesMax)));
}

/// <summary>Server: the answer to a state. A pair above the reader's says that a hint was lost.</summary>
public sealed record HeartbeatFrame(long ServerTime, long Epoch, long Seq) : LinkFrame
{
    internal const int Number = 24;

    public override int Type => Number;

    private protected override int Entries => 3;

    private protected override void WriteBody(CborWriter writer) => writer.Uint(1, ServerTime).Uint(2, Epoch).Uint(3, Seq);

    internal static HeartbeatFrame Read(CborSource source) => new(
        source.Key(1).Time(),
        source.Key(2).Uint(CborSource.SafeIntegerMax),
        source.Key(3).Uint(CborSource.SafeIntegerMax));
}

/// <summary>Server: a renewed reader certificate; not read here.</summary>
public sealed record CertificateFrame(byte[] Certificate) : LinkFrame
{
    internal const int Number = 25;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer) => writer.Bytes(1, Certificate);

    internal static CertificateFrame Read(CborSource source) => new(source.Key(1).Bytes(ReaderCertificate.Bytes));
}
