using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;

namespace Latchkey.Reader.Transports;

/// <summary>What a transport brings to <see cref="Admission"/>: bytes and what their handshake proved, nothing read or believed yet.</summary>
public sealed record Presented
{
    public required Way Way { get; init; }

    /// <summary>Null where none was shown.</summary>
    public byte[]? Document { get; init; }

    /// <summary>The key that the phone has proven to hold; null over the internet, where the proof speaks for the document's key.</summary>
    public PublicKey? Device { get; init; }

    /// <summary>Remote presentation: to be verified with the document's key.</summary>
    public OpenProof? Proof { get; init; }

    /// <summary>The proof was made for another door or another challenge.</summary>
    public bool Elsewhere { get; init; }

    /// <summary>A nonce that has to be good once.</summary>
    public Guid? Nonce { get; init; }

    public CommandId? Command { get; init; }

    public PresentationFlags Flags { get; init; }

    /// <summary>How long before presenting the phone verified its user, seconds; null = it did not.</summary>
    public long? VerifiedAgo { get; init; }

    /// <summary>What is already known to be wrong with it.</summary>
    public Authenticity? Fault { get; init; }

    public TimeSpan Took { get; init; }

    public static Presented OverRadio(PublicKey device, PresentationMessage? message, TimeSpan took) => new()
    {
        Way = Way.Bluetooth,
        Document = message?.Document,
        Device = device,
        Flags = message?.Flags ?? PresentationFlags.None,
        VerifiedAgo = message is null ? null : Ago(message.Flags, message.VerifiedAt, message.PhoneClock),
        Took = took,
    };

    /// <summary>The phone failed before it had proven anything.</summary>
    public static Presented Broken(HandshakeFault fault, TimeSpan took) => new()
    {
        Way = Way.Bluetooth,
        Fault = fault == HandshakeFault.BadSignature ? Authenticity.BadSignature : Authenticity.Malformed,
        Took = took,
    };

    /// <summary>A phone's claim about its own clock, made a span, since the phone's clock is not the reader's. From the future is nonsense.</summary>
    public static long? Ago(PresentationFlags flags, long? verifiedAt, long phoneClock) =>
        flags.HasFlag(PresentationFlags.UserVerified) && verifiedAt is { } at && at <= phoneClock ? phoneClock - at : null;
}

/// <summary>What became of it.</summary>
/// <param name="UnlockSeconds">With a grant.</param>
/// <param name="WaitSeconds">With <c>throttled</c>.</param>
public sealed record Verdict(Reason Reason, long Clock, int? UnlockSeconds = null, long? WaitSeconds = null)
{
    public bool IsGrant => Reason.IsGrant();

    public DoorResult ToResult() => new(Reason, Clock, UnlockSeconds, WaitSeconds);
}
