using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Events;

/// <summary>Bits of key 12: what the phone said about itself.</summary>
[Flags]
public enum EventFlags : byte
{
    None = 0,
    UserVerified = 1,
    ScreenLock = 2,
    OneTap = 4,
}

/// <summary>
/// What an event tells about people and keys, and all that is needed to run its decision again. Behind a random salt, so that
/// purging it leaves the chain whole and the digest silent. Equal when the bytes are.
/// </summary>
public sealed record EventPayload
{
    public const int SaltBytes = 16;
    public const int CommandBytes = 16;
    public const int TextBytesMax = 512;

    /// <summary>Random, 16 bytes, fresh for each event.</summary>
    public required byte[] Salt { get; init; }

    public Way? Way { get; init; }

    public Reason? Reason { get; init; }

    public CredentialKind? Credential { get; init; }

    public uint? KeyNumber { get; init; }

    public uint? Serial { get; init; }

    public uint? UserId { get; init; }

    /// <summary>M1 to decision.</summary>
    public uint? DurationMs { get; init; }

    public long? BundleEpoch { get; init; }

    public long? BundleSeq { get; init; }

    /// <summary>The access document as presented. Of what is too large to be one nothing is kept: it was malformed, and stays so.</summary>
    public byte[]? Document
    {
        get;
        init => field = value is { Length: > 0 and <= AccessDocument.BytesMax } ? value : null;
    }

    public EventFlags? Flags { get; init; }

    /// <summary>Seconds: the time the decision used.</summary>
    public long? Now { get; init; }

    public DoorFacts? Facts { get; init; }

    /// <summary>The rule that granted.</summary>
    public Rule? Rule { get; init; }

    /// <summary>Of an unknown or an enrolled phone.</summary>
    public PublicKey? DeviceKey { get; init; }

    /// <summary>Who and why for openings from the console; words for faults. Cut at <see cref="TextBytesMax"/>.</summary>
    public string? Text
    {
        get;
        init => field = value is null ? null : WellFormed.Cut(value, TextBytesMax);
    }

    /// <summary>Identifier of the command that caused it, 16 bytes.</summary>
    public byte[]? Command { get; init; }

    public Authenticity? Authenticity { get; init; }

    /// <summary>Seconds of the reader's clock, as in <see cref="Presentation.VerifiedAt"/>.</summary>
    public long? VerifiedAt { get; init; }

    /// <summary>Seconds, as in <see cref="Presentation.Dated"/>.</summary>
    public long? Dated { get; init; }

    /// <summary>Percent, as in <see cref="Presentation.SignalPercent"/>.</summary>
    public uint? SignalPercent { get; init; }

    public byte[] ToCbor() => EventWire.Write(this);

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EventPayload? payload) =>
        Cbor.TryRead(bytes, EventWire.Read, out payload);

    public bool Equals(EventPayload? other) => other is not null && ToCbor().AsSpan().SequenceEqual(other.ToCbor());

    public override int GetHashCode() => HashCode.Combine(Way, Reason, KeyNumber, UserId, Now);
}
