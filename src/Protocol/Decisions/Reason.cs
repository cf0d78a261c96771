namespace Latchkey.Protocol.Decisions;

/// <summary>Why a door opened or stayed shut; the codes of spec/decision.md, refusals in order of precedence.</summary>
public enum Reason : byte
{
    Granted = 1,
    GrantedOverride = 2,
    GrantedHeldOpen = 3,

    ReaderDisabled = 10,
    Lockdown = 11,
    CustomerInactive = 12,

    Malformed = 20,
    UnknownCredential = 21,
    WrongSite = 22,
    BadSignature = 23,
    Replayed = 24,
    Clock = 25,

    Revoked = 30,
    Suspended = 31,
    UserInactive = 32,
    NotYetValid = 33,
    Expired = 34,
    DocumentStale = 35,

    WayNotAllowed = 40,
    OutOfRange = 41,
    WrongPresentation = 42,
    UserVerificationMissing = 43,
    NoScreenLock = 44,

    NoAccess = 50,
    OutsideSchedule = 51,
    Holiday = 52,

    CountExhausted = 60,
    CountUnverifiable = 61,
    AntiPassback = 62,
    Throttled = 63,
}

/// <summary>What the person at the door can do about it; each has its colour, its sound and its letter.</summary>
public enum Signal
{
    /// <summary>G: the door is open.</summary>
    Open,

    /// <summary>X: it is the door, not the person.</summary>
    Door,

    /// <summary>A: ask the administrator.</summary>
    Ask,

    /// <summary>P: do something on the phone.</summary>
    Phone,

    /// <summary>T: not now.</summary>
    NotNow,
}
