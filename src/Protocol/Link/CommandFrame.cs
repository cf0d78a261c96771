using System.Formats.Cbor;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>A command of the server; the same one twice is carried out once.</summary>
public readonly record struct CommandId(Guid Value)
{
    public const int Bytes = 16;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out CommandId id)
    {
        id = bytes.Length == Bytes ? new(new Guid(bytes, bigEndian: true)) : default;
        return bytes.Length == Bytes;
    }

    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("N");
}

/// <summary>What the reader is to do. Exactly one of the records in here.</summary>
public abstract record Command
{
    private Command()
    {
    }

    /// <summary>Decide on a remote presentation (wallet-api, "Remote presentation").</summary>
    /// <param name="Document">An access document; not read here.</param>
    /// <param name="Proof">An <see cref="OpenProof"/>; not read here.</param>
    /// <param name="Nonce">The one the proof must carry.</param>
    public sealed record Present(byte[] Document, byte[] Proof, Guid Nonce) : Command;

    /// <summary>Open from the console.</summary>
    /// <param name="By">Who, for the event.</param>
    /// <param name="Why">In the administrator's words.</param>
    public sealed record Open(string By, string Why) : Command;

    /// <summary>Blink.</summary>
    public sealed record Identify : Command;

    /// <summary>A kind of a newer version: answer nothing.</summary>
    public sealed record Unknown(int Kind) : Command;
}

/// <summary>Server: a command with an end of seconds. Past <paramref name="ExpiresAt"/> it is dropped and answered by nothing.</summary>
/// <param name="ExpiresAt">Seconds.</param>
public sealed record CommandFrame(CommandId Id, Command Command, long ExpiresAt) : LinkFrame
{
    public const int ByBytesMax = 256;
    public const int WhyBytesMax = 1024;
    internal const int Number = 21;
    private const int PresentKind = 1;
    private const int OpenKind = 2;
    private const int IdentifyKind = 3;

    public override int Type => Number;

    private protected override int Entries => Command switch
    {
        Command.Present => 6,
        Command.Open => 5,
        _ => 3,
    };

    private protected override void WriteBody(CborWriter writer)
    {
        writer.Bytes(1, Id.ToBytes()).Uint(2, (long)Kind).Uint(3, ExpiresAt);
        if (Command is Command.Present present)
            writer.Bytes(4, present.Document).Bytes(5, present.Proof).Bytes(6, present.Nonce.ToByteArray(bigEndian: true));
        else if (Command is Command.Open open)
            writer.Text(4, open.By).Text(5, open.Why);
    }

    private int Kind => Command switch
    {
        Command.Present => PresentKind,
        Command.Open => OpenKind,
        Command.Identify => IdentifyKind,
        Command.Unknown unknown => unknown.Kind,
        _ => throw new InvalidOperationException("There is no other command."),
    };

    internal static CommandFrame Read(CborSource source)
    {
        var id = source.Key(1).Bytes<CommandId>(CommandId.Bytes, CommandId.TryRead);
        var kind = (int)source.Key(2).Uint(int.MaxValue);
        var expiresAt = source.Key(3).Time();
        Command command = kind switch
        {
            PresentKind => new Command.Present(
                source.Key(4).Bytes(1, PresentationMessage.DocumentBytesMax),
                source.Key(5).Bytes(1, ChallengeFrame.ProofBytesMax),
                new Guid(source.Key(6).Bytes(16), bigEndian: true)),
            OpenKind => new Command.Open(source.Key(4).Text(ByBytesMax), source.Key(5).Text(WhyBytesMax)),
            IdentifyKind => new Command.Identify(),
            _ => new Command.Unknown(kind),
        };
        return new(id, command, expiresAt);
    }
}
