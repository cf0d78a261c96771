using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Decisions;

/// <summary>What kind of thing was presented; the numbers of spec/events.md, key 4.</summary>
public enum CredentialKind : byte
{
    None = 0,
    MobileKey = 1,
    EnrolledKey = 2,
    Badge = 3,
    Pin = 4,
    Console = 5,
}

/// <summary>What reached the reader, with its signatures already verified or found wanting.</summary>
public readonly record struct Presentation
{
    /// <summary>The one way it came by.</summary>
    public required Way Way { get; init; }

    /// <summary>What the reader found out about documents, proofs and signatures.</summary>
    public required Authenticity Authenticity { get; init; }

    public required CredentialKind Kind { get; init; }

    /// <summary>The document of a mobile key; may be set without being genuine.</summary>
    public AccessDocument? Document { get; init; }

    /// <summary>Which issuer key signed the document (<see cref="PublicKey.KidNumber"/>).</summary>
    public uint IssuerKid { get; init; }

    /// <summary>The proven key of an enrolled phone.</summary>
    public PublicKey? DeviceKey { get; init; }

    /// <summary>Seconds: when a proof with a time of its own says it was made; null where freshness has another proof.</summary>
    public long? Dated { get; init; }

    /// <summary>
    /// Seconds of the reader's clock: when the phone verified its user, null if it did not. A phone's claim is put into the
    /// reader's time: now - (phone clock - verified at).
    /// </summary>
    public long? VerifiedAt { get; init; }

    /// <summary>The phone says that it has a screen lock.</summary>
    public bool ScreenLock { get; init; }

    /// <summary>Presented without an act of the user in the wallet.</summary>
    public bool OneTap { get; init; }

    /// <summary>Strength of the radio signal in percent; null where it cannot be measured.</summary>
    public int? SignalPercent { get; init; }
}

/// <summary>What the door remembers.</summary>
public readonly record struct DoorFacts
{
    public required bool ClockTrusted { get; init; }

    /// <summary>The newest statement has passed its end.</summary>
    public bool BundleExpired { get; init; }

    /// <summary>Highest serial of a document of this key that this reader has verified.</summary>
    public uint? NewestSerial { get; init; }

    /// <summary>State of the key by a status list that is newer than the bundle; null = valid there, or none is.</summary>
    public KeyState? Listed { get; init; }

    /// <summary>Uses left by the server's counter or the offline allowance; null = nobody could be asked and no allowance is left.</summary>
    public uint? UsesLeft { get; init; }

    /// <summary>Seconds: the last touch felt.</summary>
    public long? TouchedAt { get; init; }

    /// <summary>Seconds, exclusive: no further try before.</summary>
    public long? ThrottledUntil { get; init; }

    /// <summary>The key is known to be inside already.</summary>
    public bool Inside { get; init; }
}
