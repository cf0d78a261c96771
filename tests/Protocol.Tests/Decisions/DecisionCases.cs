using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Decisions;

/// <summary>Decisions one by one: every reason, and every edge of the checks behind it.</summary>
static class DecisionCases
{
    private const long Day = 86400;
    private const long Hour = 3600;

    // 2026-01-03T00:00 local time, a Saturday: Friday's schedule 3 runs from 22:00 to 06:00.
    private const long FridayMidnight = Scenario.FridayNoon + 12 * Hour;

    public static IEnumerable<(string Name, Scenario Scenario, Reason Reason)> All =>
        [.. Table(), .. Door(), .. Authentic(), .. States(), .. Presentations(), .. Rights(), .. Calendars(), .. Uses(), .. Enrolled()];

    private static Scenario Good => Scenario.Good;

    // Each row undoes the first fault of the row before.
    private static IEnumerable<(string, Scenario, Reason)> Table()
    {
        for (var i = 0; i < Scenario.Faults.Count; i++)
            yield return ($"table: {Scenario.Faults[i].Reason.Name()} before all that follows", Scenario.From(i), Scenario.Faults[i].Reason);
        yield return ("table: nothing left to refuse", Good, Reason.Granted);
        foreach (var (reason, fault) in Scenario.Faults)
            yield return ($"alone: {reason.Name()}", fault(Good), reason);
    }

    private static IEnumerable<(string, Scenario, Reason)> Door()
    {
        var expired = Good with { Facts = Good.Facts with { BundleExpired = true } };
        yield return ("bundle expired, documents only", expired, Reason.Granted);
        yield return ("bundle expired, deny all", expired.Settings(s => s with { Degraded = Degraded.DenyAll }), Reason.ReaderDisabled);
        Scenario In(Posture posture) => Good.With(bundle => bundle with { Posture = posture });
        yield return ("evacuation", In(new(PostureMode.Evacuation)), Reason.GrantedHeldOpen);
        yield return ("held open for a stranger", In(new(PostureMode.HeldOpen)).Authentic(Authenticity.Unknown), Reason.GrantedHeldOpen);
        yield return ("held open until now", In(new(PostureMode.HeldOpen, Good.Now)).Authentic(Authenticity.Unknown), Reason.UnknownCredential);
        yield return ("lockdown for one second more", In(new(PostureMode.Lockdown, Good.Now + 1)), Reason.Lockdown);
        yield return ("lockdown until now", In(new(PostureMode.Lockdown, Good.Now)), Reason.Granted);
        var over = In(new(PostureMode.Lockdown)).Document(d => d with { Flags = DocumentFlags.OverrideRight });
        yield return ("lockdown with the override right", over, Reason.GrantedOverride);
        yield return ("lockdown with the override right, not genuine", over.Authentic(Authenticity.BadSignature), Reason.Lockdown);
        yield return ("lockdown with the override right, revoked", over.State(KeyState.Revoked), Reason.Revoked);
        yield return ("lockdown with the override right, no rule", over.Rules(), Reason.NoAccess);
        yield return ("the override right without lockdown", Good.Document(d => d with { Flags = DocumentFlags.OverrideRight }), Reason.Granted);
    }

    private static IEnumerable<(string, Scenario, Reason)> Authentic()
    {
        yield return ("the issuer is gone", Good.With(b => b with { Issuers = b.Issuers.Clear() }), Reason.UnknownCredential);
        yield return ("another issuer's kid", Good with { Presentation = Good.Presentation with { IssuerKid = 1 } }, Reason.UnknownCredential);
        yield return ("nothing presented", Good with { Presentation = Good.Presentation with { Kind = CredentialKind.None, Document = null } }, Reason.UnknownCredential);
        yield return ("a document of another site that passed for genuine", Good.Document(d => d with { Site = Vectors.Made.OtherSite }), Reason.WrongSite);
        Scenario Issued(long at) => Good.Document(d => d with { IssuedAt = at, Expires = at + Day });
        yield return ("issued 300 s ahead", Issued(Good.Now + 300), Reason.Granted);
        yield return ("issued 301 s ahead", Issued(Good.Now + 301), Reason.Clock);
        yield return ("issued 301 s ahead, clock not trusted",
            Issued(Good.Now + 301) with { Facts = Good.Facts with { ClockTrusted = false } }, Reason.Granted);
        Scenario Dated(long at) => Good with { Presentation = Good.Presentation with { Dated = at } };
        yield return ("a proof 300 s ahead", Dated(Good.Now + 300), Reason.Granted);
        yield return ("a proof 300 s old", Dated(Good.Now - 300), Reason.Granted);
        yield return ("a proof 301 s old", Dated(Good.Now - 301), Reason.Clock);
        yield return ("a proof 301 s old, clock not trusted",
            Dated(Good.Now - 301) with { Facts = Good.Facts with { ClockTrusted = false } }, Reason.Granted);
    }

    private static IEnumerable<(string, Scenario, Reason)> States()
    {
        Scenario Listed(KeyState state) => Good with { Facts = Good.Facts with { Listed = state } };
        yield return ("revoked by a newer status list", Listed(KeyState.Revoked), Reason.Revoked);
        yield return ("suspended by a newer status list", Listed(KeyState.Suspended), Reason.Suspended);
        yield return ("user inactive by a newer status list", Listed(KeyState.UserInactive), Reason.UserInactive);
        yield return ("the bundle's own state comes first", Listed(KeyState.Suspended).State(KeyState.Revoked), Reason.Revoked);
        yield return ("another key is revoked", Good.With(b => b with { States = b.States.Add(18, KeyState.Revoked) }), Reason.Granted);
        yield return ("valid from now", Good.Document(d => d with { NotBefore = Good.Now }), Reason.Granted);
        yield return ("the key ends in a second", Good.Document(d => d with { Expires = Good.Now + 1, Until = Good.Now + 1 }), Reason.Granted);
        yield return ("the document ends now, the key later", Good.Document(d => d with { Expires = Good.Now, Until = Good.Now + Day }), Reason.DocumentStale);
        Scenario Floor(long floor) => Good.With(b => b with
        {
            Issuers = b.Issuers.SetItem(Good.Presentation.IssuerKid, new Issuer(Vectors.Made.Issuer.Public, floor)),
        });
        yield return ("issued at the floor", Floor(Good.Now - Hour), Reason.Granted);
        yield return ("issued below the floor", Floor(Good.Now - Hour + 1), Reason.DocumentStale);
        yield return ("the lowest serial", Good.With(b => b with { MinSerials = b.MinSerials.Add(17, 3) }), Reason.Granted);
        yield return ("below the lowest serial", Good.With(b => b with { MinSerials = b.MinSerials.Add(17, 4) }), Reason.DocumentStale);
        yield return ("a newer one was seen", Good with { Facts = Good.Facts with { NewestSerial = 4 } }, Reason.DocumentStale);
        yield return ("none was seen yet", Good with { Facts = Good.Facts with { NewestSerial = null } }, Reason.Granted);
    }

    private static IEnumerable<(string, Scenario, Reason)> Presentations()
    {
        Scenario By(Way way) => Good with { Presentation = Good.Presentation with { Way = way } };
        yield return ("by the internet", By(Way.Internet), Reason.Granted);
        yield return ("by QR, not allowed", By(Way.Qr), Reason.WayNotAllowed);
        yield return ("by no way", By(Way.None), Reason.WayNotAllowed);
        yield return ("by two ways, one not allowed", By(Way.Bluetooth | Way.Qr), Reason.WayNotAllowed);
        yield return ("a signal as strong as asked", Good with { Presentation = Good.Presentation with { SignalPercent = 10 } }, Reason.Granted);
        var touch = Good.Settings(s => s with { Presentation = PresentationMode.Touch });
        Scenario Touched(long at) => touch with { Facts = touch.Facts with { TouchedAt = at } };
        yield return ("touched 10 s ago", Touched(Good.Now - 10), Reason.Granted);
        yield return ("touched 11 s ago", Touched(Good.Now - 11), Reason.WrongPresentation);
        yield return ("touched later", Touched(Good.Now + 1), Reason.WrongPresentation);
        yield return ("by the internet without touch", touch with { Presentation = touch.Presentation with { Way = Way.Internet } }, Reason.WrongPresentation);
        yield return ("held to a scanner needs no touch", (touch with { Presentation = touch.Presentation with { Way = Way.Qr } })
            .Settings(s => s with { Ways = Way.Qr }), Reason.Granted);
        var factor = Good.Settings(s => s with { SecondFactor = true });
        Scenario Verified(Scenario scenario, long at) => scenario with { Presentation = scenario.Presentation with { VerifiedAt = at } };
        yield return ("verified 120 s ago", Verified(factor, Good.Now - 120), Reason.Granted);
        yield return ("verified 121 s ago", Verified(factor, Good.Now - 121), Reason.UserVerificationMissing);
        yield return ("verified later", Verified(factor, Good.Now + 1), Reason.UserVerificationMissing);
        yield return ("the document asks for verification", Good.Document(d => d with { Flags = DocumentFlags.UserVerification }), Reason.UserVerificationMissing);
        var tap = (Good with { Presentation = Good.Presentation with { OneTap = true } })
            .Settings(s => s with { OneTap = true }).Document(d => d with { Flags = DocumentFlags.OneTap });
        yield return ("one-tap, verified", Verified(tap, Good.Now), Reason.Granted);
        yield return ("one-tap, not verified", tap, Reason.UserVerificationMissing);
        yield return ("one-tap that the reader does not allow", Verified(tap, Good.Now).Settings(s => s with { OneTap = false }), Reason.WrongPresentation);
        yield return ("one-tap that the document does not allow", Verified(tap, Good.Now).Document(d => d with { Flags = DocumentFlags.None }), Reason.WrongPresentation);
    }

    private static IEnumerable<(string, Scenario, Reason)> Rights()
    {
        yield return ("no rules", Good.Rules(), Reason.NoAccess);
        yield return ("a rule for another set", Good.Rules(new Rule(2, 0)), Reason.NoAccess);
        yield return ("the second rule fits", Good.Rules(new Rule(2, 0), new Rule(7, 0)), Reason.Granted);
        yield return ("always", Good.Rules(new Rule(1, 0)).At(FridayMidnight).Document(d => d with { Expires = FridayMidnight + 1 }), Reason.Granted);
        yield return ("a rule from now", Good.Rules(new Rule(1, 0, Good.Now)), Reason.Granted);
        yield return ("a rule from the next second", Good.Rules(new Rule(1, 0, Good.Now + 1)), Reason.NoAccess);
        yield return ("a rule until now", Good.Rules(new Rule(1, 0, 0, Good.Now)), Reason.NoAccess);
        yield return ("a rule for one second more", Good.Rules(new Rule(1, 0, 0, Good.Now + 1)), Reason.Granted);
        yield return ("a schedule nobody knows", Good.Rules(new Rule(1, 99)), Reason.OutsideSchedule);
        yield return ("one outside its schedule, one over", Good.Rules(new Rule(1, 99), new Rule(1, 0, 0, Good.Now)), Reason.OutsideSchedule);
    }

    private static IEnumerable<(string, Scenario, Reason)> Calendars()
    {
        Scenario On(ushort schedule, long now) => Good.Rules(new Rule(1, schedule)).At(now)
            .Document(d => d with { IssuedAt = now - 1, Expires = now + 1 });
        const long seven = Scenario.FridayNoon - 5 * Hour;
        yield return ("schedule: a second before it opens", On(2, seven - 1), Reason.OutsideSchedule);
        yield return ("schedule: as it opens", On(2, seven), Reason.Granted);
        yield return ("schedule: its last second", On(2, seven + 11 * Hour - 1), Reason.Granted);
        yield return ("schedule: as it closes", On(2, seven + 11 * Hour), Reason.OutsideSchedule);
        yield return ("schedule: the same hour on Saturday", On(2, Scenario.FridayNoon + Day), Reason.OutsideSchedule);
        yield return ("schedule: the same hour on Monday", On(2, Scenario.FridayNoon + 3 * Day), Reason.Granted);
        yield return ("past midnight: before it opens", On(3, FridayMidnight - 2 * Hour - 1), Reason.OutsideSchedule);
        yield return ("past midnight: the evening", On(3, FridayMidnight - 2 * Hour), Reason.Granted);
        yield return ("past midnight: the morning after", On(3, FridayMidnight + 6 * Hour - 1), Reason.Granted);
        yield return ("past midnight: as it closes", On(3, FridayMidnight + 6 * Hour), Reason.OutsideSchedule);
        yield return ("past midnight: the morning before", On(3, FridayMidnight - 20 * Hour), Reason.OutsideSchedule);

        Scenario Holiday(Scenario scenario, uint date, ushort? instead = null) =>
            scenario.With(b => b with { Holidays = b.Holidays.SetItem(date, new Holiday("x", instead)) });
        var noon = On(2, Scenario.FridayNoon);
        yield return ("holiday: closed", Holiday(noon, 20260102), Reason.Holiday);
        yield return ("holiday: always stays open", Holiday(On(0, Scenario.FridayNoon), 20260102), Reason.Granted);
        yield return ("holiday: another day", Holiday(noon, 20260103), Reason.Granted);
        yield return ("holiday: another schedule instead, closed", Holiday(noon, 20260102, 3), Reason.Holiday);
        yield return ("holiday: another schedule instead, open", Holiday(On(2, FridayMidnight - Hour), 20260102, 3), Reason.Granted);
        yield return ("holiday: always instead", Holiday(On(2, FridayMidnight - 1), 20260102, 0), Reason.Granted);
        yield return ("holiday: always instead ends with the day", Holiday(On(2, FridayMidnight), 20260102, 0), Reason.OutsideSchedule);
        yield return ("holiday: a schedule nobody knows instead", Holiday(noon, 20260102, 99), Reason.Holiday);
        yield return ("holiday: outside the schedule anyway", Holiday(On(2, seven - 1), 20260102), Reason.OutsideSchedule);
        yield return ("holiday: the night before runs into it", Holiday(On(3, FridayMidnight + Hour), 20260103), Reason.Granted);
        yield return ("holiday: its own night runs out of it", Holiday(On(3, FridayMidnight + Hour), 20260102), Reason.Holiday);
        yield return ("holiday: one rule closed by it, one outside", Holiday(noon.Rules(new Rule(1, 99), new Rule(1, 2), new Rule(1, 98)), 20260102), Reason.Holiday);

        Scenario Zone(Scenario scenario, params ZoneStep[] steps) => scenario.With(b => b with { Zone = [.. steps] });
        yield return ("zone: an hour earlier in UTC", Zone(On(2, seven), new ZoneStep(0, 0)), Reason.OutsideSchedule);
        yield return ("zone: a step that has come", Zone(On(2, seven), new ZoneStep(0, 0), new ZoneStep(seven, 60)), Reason.Granted);
        yield return ("zone: a step to come", Zone(On(2, seven), new ZoneStep(0, 0), new ZoneStep(seven + 1, 60)), Reason.OutsideSchedule);
        yield return ("zone: behind UTC, the day before", Zone(On(2, FridayMidnight + 5 * Hour), new ZoneStep(0, -720)), Reason.Granted);
        yield return ("zone: 1970, still 1969", Zone(On(4, 60), new ZoneStep(0, -60))
            .With(b => b with { Schedules = b.Schedules.Add(4, new Schedule([new Interval(Days.Wednesday, 23 * 60 + 1, 1440)])) }), Reason.Granted);
        yield return ("schedule: two whole days", On(5, FridayMidnight + Day - 1)
            .With(b => b with { Schedules = b.Schedules.Add(5, new Schedule([new Interval(Days.Friday, 0, 2880)])) }), Reason.Granted);
    }

    private static IEnumerable<(string, Scenario, Reason)> Uses()
    {
        Scenario Counted(uint uses, uint? left) => Good.Document(d => d with { Uses = uses }) with { Facts = Good.Facts with { UsesLeft = left } };
        yield return ("counted: one left", Counted(5, 1), Reason.Granted);
        yield return ("counted: none left at issue", Counted(0, 1), Reason.CountExhausted);
        yield return ("not counted: none left is no matter", Good with { Facts = Good.Facts with { UsesLeft = 0 } }, Reason.Granted);
        yield return ("throttled until now", Good with { Facts = Good.Facts with { ThrottledUntil = Good.Now } }, Reason.Granted);
    }

    private static IEnumerable<(string, Scenario, Reason)> Enrolled()
    {
        var good = Scenario.Enrolled;
        Scenario With(Func<EnrolledKey, EnrolledKey> change) => good.With(b => b with
        {
            Enrolled = b.Enrolled.SetItem(Vectors.Made.Foreign.Public, change(b.Enrolled[Vectors.Made.Foreign.Public])),
        });
        yield return ("enrolled", good, Reason.Granted);
        yield return ("enrolled: no longer", good.With(b => b with { Enrolled = b.Enrolled.Clear() }), Reason.UnknownCredential);
        yield return ("enrolled: from now", With(k => k with { From = good.Now }), Reason.Granted);
        yield return ("enrolled: from the next second", With(k => k with { From = good.Now + 1 }), Reason.NotYetValid);
        yield return ("enrolled: until now", With(k => k with { Until = good.Now }), Reason.Expired);
        yield return ("enrolled: no rule", With(k => k with { Rules = [] }), Reason.NoAccess);
        yield return ("enrolled: in lockdown", good.With(b => b with { Posture = new Posture(PostureMode.Lockdown) }), Reason.Lockdown);
        yield return ("enrolled: second factor", good.Settings(s => s with { SecondFactor = true }), Reason.UserVerificationMissing);
        yield return ("enrolled: touch missing", good.Settings(s => s with { Presentation = PresentationMode.Touch }), Reason.WrongPresentation);
    }
}
