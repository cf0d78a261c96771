namespace Latchkey.Protocol.Decisions;

/// <summary>The one table behind the codes: name, signal and what is told at the door.</summary>
public static class Reasons
{
    public static IReadOnlyList<Reason> All { get; } = Enum.GetValues<Reason>();

    public static bool IsKnown(long code) => code is >= 0 and <= byte.MaxValue && All.Contains((Reason)code);

    public static bool IsGrant(this Reason reason) => reason is Reason.Granted or Reason.GrantedOverride or Reason.GrantedHeldOpen;

    /// <summary>The reason as the phone hears it. Whoever tries keys learns nothing about which part was wrong.</summary>
    public static Reason ToldAtDoor(this Reason reason) =>
        reason is Reason.Malformed or Reason.BadSignature ? Reason.UnknownCredential : reason;

    /// <summary>The name of spec/decision.md, such as <c>outside_schedule</c>.</summary>
    public static string Name(this Reason reason) => reason switch
    {
        Reason.Granted => "granted",
        Reason.GrantedOverride => "granted_override",
        Reason.GrantedHeldOpen => "granted_held_open",
        Reason.ReaderDisabled => "reader_disabled",
        Reason.Lockdown => "lockdown",
        Reason.CustomerInactive => "customer_inactive",
        Reason.Malformed => "malformed",
        Reason.UnknownCredential => "unknown_credential",
        Reason.WrongSite => "wrong_site",
        Reason.BadSignature => "bad_signature",
        Reason.Replayed => "replayed",
        Reason.Clock => "clock",
        Reason.Revoked => "revoked",
        Reason.Suspended => "suspended",
        Reason.UserInactive => "user_inactive",
        Reason.NotYetValid => "not_yet_valid",
        Reason.Expired => "expired",
        Reason.DocumentStale => "document_stale",
        Reason.WayNotAllowed => "way_not_allowed",
        Reason.OutOfRange => "out_of_range",
        Reason.WrongPresentation => "wrong_presentation",
        Reason.UserVerificationMissing => "user_verification_missing",
        Reason.NoScreenLock => "no_screen_lock",
        Reason.NoAccess => "no_access",
        Reason.OutsideSchedule => "outside_schedule",
        Reason.Holiday => "holiday",
        Reason.CountExhausted => "count_exhausted",
        Reason.CountUnverifiable => "count_unverifiable",
        Reason.AntiPassback => "anti_passback",
        Reason.Throttled => "throttled",
    };

    public static Signal Signal(this Reason reason) => reason switch
    {
        Reason.Granted or Reason.GrantedOverride or Reason.GrantedHeldOpen => Decisions.Signal.Open,
        Reason.ReaderDisabled or Reason.Lockdown or Reason.CustomerInactive => Decisions.Signal.Door,
        Reason.Malformed or Reason.UnknownCredential or Reason.WrongSite or Reason.BadSignature or Reason.Replayed => Decisions.Signal.Ask,
        Reason.Revoked or Reason.Suspended or Reason.UserInactive or Reason.Expired => Decisions.Signal.Ask,
        Reason.NoAccess or Reason.CountExhausted => Decisions.Signal.Ask,
        Reason.Clock or Reason.DocumentStale or Reason.WayNotAllowed or Reason.OutOfRange => Decisions.Signal.Phone,
        Reason.WrongPresentation or Reason.UserVerificationMissing or Reason.NoScreenLock => Decisions.Signal.Phone,
        Reason.NotYetValid or Reason.OutsideSchedule or Reason.Holiday => Decisions.Signal.NotNow,
        Reason.CountUnverifiable or Reason.AntiPassback or Reason.Throttled => Decisions.Signal.NotNow,
    };
}
