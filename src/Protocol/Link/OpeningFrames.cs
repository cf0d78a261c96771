using System.Formats.Cbor;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>Reader: the first frame.</summary>
public sealed record HelloFrame(ReaderId Reader, LinkNonce Nonce, int ProtocolVersion = LinkFrame.Version) : LinkFrame
{
    internal const int Number = 1;

    public override int Type => Number;

    private protected override int Entries => 3;

    private protected override void WriteBody(CborWriter writer) =>
        writer.Bytes(1, Reader.ToBytes()).Bytes(2, Nonce.Span).Uint(3, (long)ProtocolVersion);

    internal static HelloFrame Read(CborSource source) => new(
        source.Key(1).Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
        source.Key(2).Bytes<LinkNonce>(LinkNonce.Bytes, LinkNonce.TryRead!),
        (int)source.Key(3).Uint(int.MaxValue, min: 1));
}

/// <summary>Server: a <see cref="ServerProof"/>. The reader verifies it before it sends anything else.</summary>
public sealed record ChallengeFrame(byte[] Proof) : LinkFrame
{
    internal const int Number = 2;
    internal const int ProofBytesMax = 512;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer) => writer.Bytes(1, Proof);

    internal static ChallengeFrame Read(CborSource source) => new(source.Key(1).Bytes(1, ProofBytesMax));
}

/// <summary>Reader: a <see cref="ReaderProof"/>.</summary>
public sealed record ProofFrame(byte[] Proof) : LinkFrame
{
    internal const int Number = 3;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer) => writer.Bytes(1, Proof);

    internal static ProofFrame Read(CborSource source) => new(source.Key(1).Bytes(1, ChallengeFrame.ProofBytesMax));
}

/// <summary>Server: the link stands; statements flow.</summary>
/// <param name="ServerTime">Seconds.</param>
public sealed record WelcomeFrame(long ServerTime) : LinkFrame
{
    internal const int Number = 4;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer) => writer.Uint(1, ServerTime);

    internal static WelcomeFrame Read(CborSource source) => new(source.Key(1).Time());
}

/// <summary>Server: no link; it closes.</summary>
/// <param name="Code">For the program, such as <c>unknown_reader</c>.</param>
/// <param name="Words">For the installer.</param>
public sealed record RefusedFrame(string Code, string Words) : LinkFrame
{
    internal const int Number = 5;
    private const int CodeBytesMax = 64;
    private const int WordsBytesMax = 512;

    public override int Type => Number;

    private protected override int Entries => 2;

    private protected override void WriteBody(CborWriter writer) => writer.Text(1, Code).Text(2, Words);

    internal static RefusedFrame Read(CborSource source) =>
        new(source.Key(1).Text(CodeBytesMax), source.Key(2).Text(WordsBytesMax));
}
