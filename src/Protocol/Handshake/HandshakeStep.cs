using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Handshake;

/// <summary>What the reader does next. Exactly one of the records in here.</summary>
public abstract record HandshakeStep
{
    private HandshakeStep()
    {
    }

    /// <summary>Notify this value, then wait for the next.</summary>
    public sealed record Send(byte[] Value) : HandshakeStep;

    /// <summary>
    /// The phone has proven its key and announced a presentation that is not whole yet. Wait
    /// <see cref="ReaderHandshake.PresentationSeconds"/> at most, then go on by <see cref="ReaderHandshake.WithoutPresentation"/>.
    /// </summary>
    public sealed record AwaitPresentation : HandshakeStep;

    /// <summary>The phone holds the private half of this key: decide, draw the bolt, tell status and result.</summary>
    /// <param name="Device">Proven over this transaction's transcript.</param>
    /// <param name="KeyCreated">When the phone says its key was made, seconds; a claim.</param>
    /// <param name="Presentation">Null from a plain PKOC phone, or when none came in time.</param>
    /// <param name="StatusLists">Carried here by the phone; null when it brought none. Take them before deciding.</param>
    public sealed record Proven(
        PublicKey Device, uint KeyCreated, PresentationMessage? Presentation, StatusListsMessage? StatusLists = null) : HandshakeStep;

    /// <summary>Notify <c>M5.Write(Status)</c>, then close.</summary>
    public sealed record Failed(byte Status, HandshakeFault Fault) : HandshakeStep;
}
