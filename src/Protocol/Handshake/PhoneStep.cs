namespace Latchkey.Protocol.Handshake;

/// <summary>What the phone does next. Exactly one of the records in here.</summary>
public abstract record PhoneStep
{
    private PhoneStep()
    {
    }

    /// <summary>Write these values, one after the other, then wait for the next.</summary>
    public sealed record Send(IReadOnlyList<byte[]> Values) : PhoneStep;

    /// <summary>Nothing to do: M5, or a part of the result. The sealed result is still to come.</summary>
    public sealed record Wait : PhoneStep;

    /// <summary>The reader's verdict, sealed.</summary>
    public sealed record Verdict(DoorResult Result) : PhoneStep;

    /// <summary>The only answer of a reader that does not speak the extension: a hint for the screen, never evidence.</summary>
    public sealed record Hint(byte Status) : PhoneStep;

    /// <summary>Close, and tell the user.</summary>
    public sealed record Failed(ReaderFault Fault) : PhoneStep;
}
