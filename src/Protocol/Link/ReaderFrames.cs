using System.Formats.Cbor;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>Reader: how it stands; right after welcome, after each applied statement, and as heartbeat.</summary>
/// <param name="Clock">The reader's time, seconds.</param>
/// <param name="Epoch">0 with <paramref name="Seq"/> 0 and hashes of zeros: no bundle yet.</param>
/// <param name="StateHash">Of the bundle, 32 bytes.</param>
/// <param name="StatementHash">SHA-256 of the last applied statement, 32 bytes.</param>
/// <param name="EventsWaiting">Events not yet covered by a receipt.</param>
/// <param name="RadioAddress">Of the virtual radio, where there is one.</param>
public sealed record StateFrame(
    long Clock,
    long Epoch,
    long Seq,
    byte[] StateHash,
    byte[] StatementHash,
    long Boot,
    long EventsWaiting,
    string Software,
    string? RadioAddress,
    bool ClockTrusted) : LinkFrame
{
    public const int HashBytes = 32;
    internal const int Number = 10;
    private const int SoftwareBytesMax = 64;
    private const int RadioAddressBytesMax = 256;

    public override int Type => Number;

    private protected override int Entries => RadioAddress is null ? 9 : 10;

    private protected override void WriteBody(CborWriter writer) => writer
        .Uint(1, Clock).Uint(2, Epoch).Uint(3, Seq).Bytes(4, StateHash).Bytes(5, StatementHash).Uint(6, Boot)
        .Uint(7, EventsWaiting).Text(8, Software).Text(9, RadioAddress).Bool(10, ClockTrusted);

    internal static StateFrame Read(CborSource source) => new(
        source.Key(1).Time(),
        source.Key(2).Uint(CborSource.SafeIntegerMax),
        source.Key(3).Uint(CborSource.SafeIntegerMax),
        source.Key(4).Bytes(HashBytes),
        source.Key(5).Bytes(HashBytes),
        source.Key(6).Uint(CborSource.SafeIntegerMax),
        source.Key(7).Uint(CborSource.SafeIntegerMax),
        source.Key(8).Text(SoftwareBytesMax),
        source.HasKey(9) ? source.Text(RadioAddressBytesMax) : null,
        source.Key(10).Bool());
}

/// <summary>Reader: a statement is applied and durable.</summary>
public sealed record AppliedFrame(long Epoch, long Seq, byte[] StateHash) : LinkFrame
{
    internal const int Number = 11;

    public override int Type => Number;

    private protected override int Entries => 3;

    private protected override void WriteBody(CborWriter writer) => writer.Uint(1, Epoch).Uint(2, Seq).Bytes(3, StateHash);

    internal static AppliedFrame Read(CborSource source) => new(
        source.Key(1).Uint(CborSource.SafeIntegerMax),
        source.Key(2).Uint(CborSource.SafeIntegerMax),
        source.Key(3).Bytes(StateFrame.HashBytes));
}

/// <summary>Reader: a statement is refused; the name is of statements, "Applying".</summary>
public sealed record NotAppliedFrame(string Refusal) : LinkFrame
{
    internal const int Number = 12;
    private const int RefusalBytesMax = 64;

    public override int Type => Number;

    private protected override int Entries => 1;

    private protected override void WriteBody(CborWriter writer) => writer.Text(1, Refusal);

    internal static NotAppliedFrame Read(CborSource source) => new(source.Key(1).Text(RefusalBytesMax));
}

/// <summary>One event as it is stored (events, "Record"); not read here.</summary>
public sealed record EventBytes(byte[] Header, byte[] Payload);

/// <summary>Reader: events, ascending.</summary>
/// <param name="FromOldest">The first is the oldest that the reader still has: what came before it is gone for good.</param>
public sealed record EventsFrame(IReadOnlyList<EventBytes> Events, bool FromOldest = false) : LinkFrame
{
    public const int BatchMax = 128;
    public const int EventBytesMax = 2048;
    internal const int Number = 13;

    public override int Type => Number;

    private protected override int Entries => FromOldest ? 2 : 1;

    private protected override void WriteBody(CborWriter writer)
    {
        writer.WriteInt32(1);
        writer.WriteStartArray(Events.Count);
        foreach (var (header, payload) in Events.Select(stored => (stored.Header, stored.Payload)))
        {
            writer.WriteStartArray(2);
            writer.WriteByteString(header);
            writer.WriteByteString(payload);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        if (FromOldest)
            writer.Bool(2, true);
    }

    internal static EventsFrame Read(CborSource source) => new(source.Key(1).Array(BatchMax, ReadEvent), source.HasKey(2) && IsTrue(source));

    // Not so is said by leaving it out.
    private static bool IsTrue(CborSource source) => source.Bool() ? true : throw CborSource.Refuse("a false that is not written");

    private static EventBytes ReadEvent(CborSource source)
    {
        source.OpenArray(2, min: 2);
        var stored = new EventBytes(source.Bytes(1, EventBytesMax), source.Bytes(1, EventBytesMax));
        source.CloseArray();
        return stored;
    }
}

/// <summary>Reader: what became of a command.</summary>
/// <param name="UnlockSeconds">With a grant.</param>
public sealed record ResultFrame(CommandId Command, Reason Reason, int? UnlockSeconds) : LinkFrame
{
    internal const int Number = 14;

    public override int Type => Number;

    private protected override int Entries => UnlockSeconds is null ? 2 : 3;

    private protected override void WriteBody(CborWriter writer) =>
        writer.Bytes(1, Command.ToBytes()).Uint(2, (long)Reason).Uint(3, (long?)UnlockSeconds);

    internal static ResultFrame Read(CborSource source) => new(
        source.Key(1).Bytes<CommandId>(CommandId.Bytes, CommandId.TryRead),
        (Reason)source.Key(2).Uint(byte.MaxValue, min: 1),
        source.HasKey(3) ? (int)source.Uint(byte.MaxValue, min: 1) : null);
}
