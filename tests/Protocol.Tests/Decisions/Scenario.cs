using System.Collections.Immutable;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Decisions;

/// <summary>Everything that a decision looks at. <see cref="Good"/> opens; a fault changes it so that it does not.</summary>
sealed record Scenario(Bundle Bundle, Presentation Presentation, DoorFacts Facts, long Now)
{
    // 2026-01-02, a Friday, 12:00 local time.
    public const long FridayNoon = Made.Now + 86400 + 11 * 3600;

    public static Scenario Good { get; } = new(
        Made.Bundle,
        new Presentation
        {
            Way = Way.Bluetooth, Authenticity = Authenticity.Genuine, Kind = CredentialKind.MobileKey, IssuerKid = Made.Issuer.Public.KidNumber,
            Document = Made.Smallest with { Key = 17, IssuedAt = FridayNoon - 3600, Expires = FridayNoon + 3600, Serial = 3, Rules = [new Rule(1, 2)] },
            ScreenLock = true,
        },
        new DoorFacts { ClockTrusted = true, NewestSerial = 3 },
        FridayNoon);

    public static Scenario Enrolled { get; } = Good.With(bundle => bundle with
    {
        Enrolled = ImmutableSortedDictionary<PublicKey, EnrolledKey>.Empty.Add(Made.Foreign.Public, new EnrolledKey(7, [new Rule(1, 2)])),
    }) with
    {
        Presentation = new Presentation
        {
            Way = Way.Bluetooth, Authenticity = Authenticity.Genuine, Kind = CredentialKind.EnrolledKey, DeviceKey = Made.Foreign.Public,
        },
    };

    /// <summary>One fault for each reason, in order of precedence; each can stand on top of all behind it.</summary>
    public static IReadOnlyList<(Reason Reason, Func<Scenario, Scenario> Fault)> Faults { get; } =
    [
        (Reason.ReaderDisabled, s => s.Settings(settings => settings with { InService = false })),
        (Reason.GrantedHeldOpen, s => s.With(bundle => bundle with { Posture = new Posture(PostureMode.HeldOpen) })),
        (Reason.Lockdown, s => s.With(bundle => bundle with { Posture = new Posture(PostureMode.Lockdown) })),
        (Reason.CustomerInactive, s => s.With(bundle => bundle with { Posture = Posture.Normal, CustomerActive = false })),
        (Reason.Malformed, s => s.Authentic(Authenticity.Malformed)),
        (Reason.UnknownCredential, s => s.Authentic(Authenticity.Unknown)),
        (Reason.WrongSite, s => s.Authentic(Authenticity.WrongSite)),
        (Reason.BadSignature, s => s.Authentic(Authenticity.BadSignature)),
        (Reason.Replayed, s => s.Authentic(Authenticity.Replayed)),
        (Reason.Clock, s => s with { Presentation = s.Presentation with { Dated = s.Now + 301 } }),
        (Reason.Revoked, s => s.State(KeyState.Revoked)),
        (Reason.Suspended, s => s.State(KeyState.Suspended)),
        (Reason.UserInactive, s => s.State(KeyState.UserInactive)),
        (Reason.NotYetValid, s => s.Document(document => document with { NotBefore = s.Now + 1 })),
        (Reason.Expired, s => s.Document(document => document with { Expires = s.Now, Until = s.Now })),
        (Reason.DocumentStale, s => s.Document(document => document with { Expires = s.Now, Until = null })),
        (Reason.WayNotAllowed, s => s.Settings(settings => settings with { Ways = settings.Ways & ~Way.Bluetooth })),
        (Reason.OutOfRange, s => s with { Presentation = s.Presentation with { SignalPercent = 9 } }),
        (Reason.WrongPresentation, s => s.Settings(settings => settings with { Presentation = PresentationMode.Touch })),
        (Reason.UserVerificationMissing, s => s.Settings(settings => settings with { SecondFactor = true }) with
        {
            Presentation = s.Presentation with { VerifiedAt = null, ScreenLock = true },
        }),
        (Reason.NoScreenLock, s => s.Settings(settings => settings with { SecondFactor = true }) with
        {
            Presentation = s.Presentation with { VerifiedAt = null, ScreenLock = false },
        }),
        (Reason.NoAccess, s => s.With(bundle => bundle with { Sets = [] })),
        (Reason.OutsideSchedule, s => s.With(bundle => bundle with { Schedules = bundle.Schedules.SetItem(2, new Schedule([])) })),
        (Reason.Holiday, s => s.With(bundle => bundle with { Holidays = bundle.Holidays.Add(20260102, new Holiday("Friday off")) })),
        (Reason.CountExhausted, s => s.Document(document => document with { Uses = 5 }) with { Facts = s.Facts with { UsesLeft = 0 } }),
        (Reason.CountUnverifiable, s => s.Document(document => document with { Uses = 5 }) with { Facts = s.Facts with { UsesLeft = null } }),
        (Reason.AntiPassback, s => s with { Facts = s.Facts with { Inside = true } }),
        (Reason.Throttled, s => s with { Facts = s.Facts with { ThrottledUntil = s.Now + 1 } }),
    ];

    /// <summary>All faults from this one on; its reason wins.</summary>
    public static Scenario From(int fault) => Faults.Skip(fault).Reverse().Aggregate(Good, (scenario, next) => next.Fault(scenario));

    public Decision Decide() => Decider.Decide(Bundle, Presentation, Facts, Now);

    public Scenario With(Func<Bundle, Bundle> change) => this with { Bundle = change(Bundle) };

    public Scenario Settings(Func<ReaderSettings, ReaderSettings> change) => With(bundle => bundle with { Settings = change(bundle.Settings) });

    public Scenario Document(Func<AccessDocument, AccessDocument> change) =>
        this with { Presentation = Presentation with { Document = change(Presentation.Document!) } };

    public Scenario Rules(params Rule[] rules) => Document(document => document with { Rules = [.. rules] });

    public Scenario Authentic(Authenticity authenticity) => this with { Presentation = Presentation with { Authenticity = authenticity } };

    public Scenario State(KeyState state) => With(bundle => bundle with { States = bundle.States.SetItem(17, state) });

    public Scenario At(long now) => this with { Now = now };
}
