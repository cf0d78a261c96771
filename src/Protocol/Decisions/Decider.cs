using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Decisions;

/// <summary>
/// Whether the door opens, and why (spec/decision.md). Pure: the reader, the console's <em>Why?</em> and the replay of events run
/// this same function.
/// </summary>
public static class Decider
{
    public const long SkewSeconds = 300;
    public const long VerificationSeconds = 120;
    public const long TouchSeconds = 10;

    /// <param name="now">Seconds.</param>
    public static Decision Decide(Bundle bundle, in Presentation presentation, in DoorFacts facts, long now)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        // decision 1 to 3
        if (DoorOf(bundle, facts, MayOverride(presentation), now) is { } door)
            return new(door, null);
        // decision 4 to 27
        var refusal = AuthenticityOf(bundle, presentation, facts, now)
            ?? StateOf(bundle, presentation, facts, now)
            ?? PresentationOf(bundle.Settings, presentation, facts, now);
        if (refusal is { } early)
            return new(early, null);
        var right = RightOf(bundle, presentation, now);
        if (!right.IsGrant)
            return right;
        if (UseOf(presentation, facts, now) is { } late)
            return new(late, null);
        return bundle.Posture.At(now) == PostureMode.Lockdown ? new(Reason.GrantedOverride, right.Rule) : right;
    }

    /// <summary>
    /// Whether an administrator's command opens the door: 1, 2, 3 and 16 of the same table. There is no key whose right could override a lockdown;
    /// whoever may open from the console lifts the lockdown first.
    /// </summary>
    /// <param name="now">Seconds.</param>
    public static Decision DecideConsole(Bundle bundle, in DoorFacts facts, long now)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new(DoorOf(bundle, facts, mayOverride: false, now) ?? WayOf(bundle.Settings, Way.Console) ?? Reason.Granted, null);
    }

    // What the door is before anybody stands at it; null where what is presented decides.
    private static Reason? DoorOf(Bundle bundle, in DoorFacts facts, bool mayOverride, long now)
    {
        // decision 1
        if (!bundle.Settings.InService || (facts.BundleExpired && bundle.Settings.Degraded == Degraded.DenyAll))
            return Reason.ReaderDisabled;
        var posture = bundle.Posture.At(now);
        if (posture is PostureMode.HeldOpen or PostureMode.Evacuation)
            return Reason.GrantedHeldOpen;
        // decision 2
        if (posture == PostureMode.Lockdown && !mayOverride)
            return Reason.Lockdown;
        // decision 3
        return bundle.CustomerActive ? null : Reason.CustomerInactive;
    }

    // decision 16
    private static Reason? WayOf(ReaderSettings settings, Way way) =>
        way == Way.None || (settings.Ways & way) != way ? Reason.WayNotAllowed : null;

    private static bool MayOverride(in Presentation presentation) =>
        presentation is { Authenticity: Authenticity.Genuine, Kind: CredentialKind.MobileKey, Document: { } document }
        && (document.Flags & DocumentFlags.OverrideRight) != 0;

    private static Reason? AuthenticityOf(Bundle bundle, in Presentation presentation, in DoorFacts facts, long now)
    {
        // decision 4 to 8
        switch (presentation.Authenticity)
        {
            case Authenticity.Malformed: return Reason.Malformed;
            case Authenticity.Unknown: return Reason.UnknownCredential;
            case Authenticity.WrongSite: return Reason.WrongSite;
            case Authenticity.BadSignature: return Reason.BadSignature;
            case Authenticity.Replayed: return Reason.Replayed;
            case Authenticity.Genuine: break;
        }

        // What was genuine when it was read may have lost its issuer or its enrolment since.
        if (!IsKnown(bundle, presentation))
            return Reason.UnknownCredential;
        if (presentation.Document is { } document && document.Site != bundle.Site)
            return Reason.WrongSite;
        // decision 9
        if (facts.ClockTrusted && (presentation.Document?.IssuedAt > now + SkewSeconds || IsOff(presentation.Dated, now)))
            return Reason.Clock;
        return null;
    }

    private static bool IsKnown(Bundle bundle, in Presentation presentation) => presentation.Kind switch
    {
        CredentialKind.MobileKey => presentation.Document is not null && bundle.Issuers.ContainsKey(presentation.IssuerKid),
        CredentialKind.EnrolledKey => presentation is { Document: null, DeviceKey: { } device } && bundle.Enrolled.ContainsKey(device),
        // Badges and PINs have no data in the bundle yet; the console opens by a decision of its own.
        CredentialKind.None or CredentialKind.Badge or CredentialKind.Pin or CredentialKind.Console => false,
    };

    private static bool IsOff(long? dated, long now) => dated is { } time && Math.Abs(time - now) > SkewSeconds;

    private static Reason? StateOf(Bundle bundle, in Presentation presentation, in DoorFacts facts, long now)
    {
        if (presentation.Document is not { } document)
            return WindowOf(bundle.Enrolled[presentation.DeviceKey!], now);
        // decision 10 to 12
        switch (bundle.States.TryGetValue(document.Key, out var state) ? state : facts.Listed ?? KeyState.Valid)
        {
            case KeyState.Revoked: return Reason.Revoked;
            case KeyState.Suspended: return Reason.Suspended;
            case KeyState.UserInactive: return Reason.UserInactive;
            case KeyState.Valid: break;
        }

        // decision 13
        if (now < document.NotBefore)
            return Reason.NotYetValid;
        // decision 14
        if (now >= document.Until)
            return Reason.Expired;
        // decision 15
        var stale = now >= document.Expires
            || document.IssuedAt < bundle.Issuers[presentation.IssuerKid].Floor
            || (bundle.MinSerials.TryGetValue(document.Key, out var lowest) && document.Serial < lowest)
            || document.Serial < facts.NewestSerial;
        return stale ? Reason.DocumentStale : null;
    }

    // decision 13 and 14 for an enrolled key
    private static Reason? WindowOf(EnrolledKey key, long now) =>
        now < key.From ? Reason.NotYetValid
        : now >= key.Until ? Reason.Expired
        : null;

    private static Reason? PresentationOf(ReaderSettings settings, in Presentation presentation, in DoorFacts facts, long now)
    {
        // decision 16
        if (WayOf(settings, presentation.Way) is { } way)
            return way;
        // decision 17
        if (presentation.SignalPercent < settings.RangePercent)
            return Reason.OutOfRange;
        // decision 18
        var flags = presentation.Document?.Flags ?? DocumentFlags.None;
        var touchMissing = settings.Presentation == PresentationMode.Touch
            && presentation.Way is Way.Bluetooth or Way.Internet
            && !IsRecent(facts.TouchedAt, now, TouchSeconds);
        if (touchMissing || (presentation.OneTap && !(settings.OneTap && (flags & DocumentFlags.OneTap) != 0)))
            return Reason.WrongPresentation;
        // decision 19 and 20
        var verificationWanted = settings.SecondFactor || presentation.OneTap || (flags & DocumentFlags.UserVerification) != 0;
        if (!verificationWanted || IsRecent(presentation.VerifiedAt, now, VerificationSeconds))
            return null;
        // A foreign phone says nothing about its lock.
        return presentation.ScreenLock || presentation.Kind != CredentialKind.MobileKey ? Reason.UserVerificationMissing : Reason.NoScreenLock;
    }

    private static bool IsRecent(long? time, long now, long seconds) => time is { } at && at <= now && now - at <= seconds;

    // decision 21 to 23
    private static Decision RightOf(Bundle bundle, in Presentation presentation, long now)
    {
        var rules = presentation.Document is { } document ? document.Rules : bundle.Enrolled[presentation.DeviceKey!].Rules;
        var calendar = bundle.Calendar;
        var sets = bundle.Sets.AsSpan();
        var moment = calendar.At(now);
        var refusal = Reason.NoAccess;
        // One bit a schedule number: many rules name few schedules, and each is asked once.
        Span<ulong> asked = stackalloc ulong[(ushort.MaxValue + 1) / 64];
        foreach (ref readonly var rule in rules.AsSpan())
        {
            if (!rule.Covers(now) || sets.BinarySearch(rule.Set) < 0)
                continue;
            ref var word = ref asked[rule.Schedule / 64];
            if ((word & (1UL << (rule.Schedule % 64))) != 0)
                continue;
            word |= 1UL << (rule.Schedule % 64);
            if (calendar.Covers(rule.Schedule, moment))
                return new(Reason.Granted, rule);
            if (refusal == Reason.Holiday)
                continue;
            var butForHoliday = moment.NearHoliday && calendar.Covers(rule.Schedule, moment.WithoutHolidays);
            refusal = butForHoliday ? Reason.Holiday : Reason.OutsideSchedule;
        }

        return new(refusal, null);
    }

    private static Reason? UseOf(in Presentation presentation, in DoorFacts facts, long now)
    {
        if (presentation.Document is { Uses: { } uses })
        {
            // decision 24
            if (uses == 0 || facts.UsesLeft == 0)
                return Reason.CountExhausted;
            // decision 25
            if (facts.UsesLeft is null)
                return Reason.CountUnverifiable;
        }

        // decision 26
        if (facts.Inside)
            return Reason.AntiPassback;
        // decision 27
        return now < facts.ThrottledUntil ? Reason.Throttled : null;
    }
}
