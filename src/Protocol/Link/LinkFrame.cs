using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>
/// One message of the reader link (reader-link, "Link"): <c>[type, body]</c>. Unknown types read as
/// <see cref="UnknownFrame"/>, to be skipped; unknown entries of a body are skipped, here only.
/// </summary>
public abstract record LinkFrame
{
    public const string Subprotocol = "latchkey.link.1";
    public const int Version = 1;

    /// <summary>Largest message, bytes: a statement and room around it.</summary>
    public const int FrameBytesMax = 4 * 1024 * 1024 + 64 * 1024;

    /// <summary>A command is dropped after this many seconds.</summary>
    public const int CommandSeconds = 5;

    /// <summary>The reader sends its state each so many seconds, give or take a fifth.</summary>
    public const int HeartbeatSeconds = 15;

    /// <summary>A side that hears nothing for so many seconds closes.</summary>
    public const int SilenceSeconds = 45;

    public abstract int Type { get; }

    private protected abstract int Entries { get; }

    private protected abstract void WriteBody(CborWriter writer);

    public byte[] Write() => Cbor.Write(writer =>
    {
        writer.WriteStartArray(2);
        writer.WriteInt32(Type);
        writer.WriteStartMap(Entries);
        WriteBody(writer);
        writer.WriteEndMap();
        writer.WriteEndArray();
    });

    public static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out LinkFrame? frame)
    {
        frame = null;
        return message.Length <= FrameBytesMax && Cbor.TryRead(message, Read, out frame);
    }

    private static LinkFrame Read(CborSource source)
    {
        source.OpenArray(2, min: 2);
        var type = (int)source.Uint(int.MaxValue);
        source.OpenMap(mayGrow: true);
        LinkFrame frame = type switch
        {
            HelloFrame.Number => HelloFrame.Read(source),
            ChallengeFrame.Number => ChallengeFrame.Read(source),
            ProofFrame.Number => ProofFrame.Read(source),
            WelcomeFrame.Number => WelcomeFrame.Read(source),
            RefusedFrame.Number => RefusedFrame.Read(source),
            StateFrame.Number => StateFrame.Read(source),
            AppliedFrame.Number => AppliedFrame.Read(source),
            NotAppliedFrame.Number => NotAppliedFrame.Read(source),
            EventsFrame.Number => EventsFrame.Read(source),
            ResultFrame.Number => ResultFrame.Read(source),
            StatementFrame.Number => StatementFrame.Read(source),
            CommandFrame.Number => CommandFrame.Read(source),
            ReceiptFrame.Number => ReceiptFrame.Read(source),
            StatusListFrame.Number => StatusListFrame.Read(source),
            HeartbeatFrame.Number => HeartbeatFrame.Read(source),
            CertificateFrame.Number => CertificateFrame.Read(source),
            _ => new UnknownFrame(type),
        };
        source.CloseMap();
        source.CloseArray();
        return frame;
    }
}

/// <summary>A frame of a newer version: skip it.</summary>
public sealed record UnknownFrame(int Number) : LinkFrame
{
    public override int Type => Number;

    private protected override int Entries => 0;

    private protected override void WriteBody(CborWriter writer)
    {
    }
}
