using System.Text.Json.Nodes;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Tests.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Vectors;

static class DecisionVectors
{
    public static VectorSet Set { get; } = new("decision.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>>
    {
        ["reasons"] = RunReason,
        ["decide"] = Run,
        ["console"] = RunConsole,
    });

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/decision.md",
        ["about"] = "reasons: code, what is told at the door, signal. decide: bundle and document are bytes (the document is only read, its "
            + "signature is what authenticity says); expect is the reason, rule the number of the rule that granted. "
            + "console: the same for an administrator's command.",
        ["reasons"] = VectorSet.Group(Codes().Select(row => new JsonObject
        {
            ["name"] = row.Name, ["code"] = row.Code, ["expect"] = row.Name, ["told"] = row.Told, ["signal"] = row.Signal, ["grant"] = row.Code < 10,
        })),
        ["decide"] = VectorSet.Group(DecisionCases.All.Select(Vector)),
        ["console"] = VectorSet.Group(ConsoleCases.All.Select(row => new JsonObject
        {
            ["name"] = row.Name, ["bundle"] = VectorFile.Hex(row.Scenario.Bundle.ToCbor()), ["facts"] = Facts(row.Scenario.Facts),
            ["now"] = row.Scenario.Now, ["expect"] = row.Reason.Name(),
        })),
    };

    // Written out from spec/decision.md, not taken from the code under test.
    private static IEnumerable<(string Name, int Code, string Told, string Signal)> Codes() =>
        """
        granted 1 granted open
        granted_override 2 granted_override open
        granted_held_open 3 granted_held_open open
        reader_disabled 10 reader_disabled door
        lockdown 11 lockdown door
        customer_inactive 12 customer_inactive door
        malformed 20 unknown_credential ask
        unknown_credential 21 unknown_credential ask
        wrong_site 22 wrong_site ask
        bad_signature 23 unknown_credential ask
        replayed 24 replayed ask
        clock 25 clock phone
        revoked 30 revoked ask
        suspended 31 suspended ask
        user_inactive 32 user_inactive ask
        not_yet_valid 33 not_yet_valid not_now
        expired 34 expired ask
        document_stale 35 document_stale phone
        way_not_allowed 40 way_not_allowed phone
        out_of_range 41 out_of_range phone
        wrong_presentation 42 wrong_presentation phone
        user_verification_missing 43 user_verification_missing phone
        no_screen_lock 44 no_screen_lock phone
        no_access 50 no_access ask
        outside_schedule 51 outside_schedule not_now
        holiday 52 holiday not_now
        count_exhausted 60 count_exhausted ask
        count_unverifiable 61 count_unverifiable not_now
        anti_passback 62 anti_passback not_now
        throttled 63 throttled not_now
        """.Split('\n').Select(line => line.Split(' ')).Select(row => (row[0], int.Parse(row[1]), row[2], row[3].Trim()));

    private static JsonObject Vector((string Name, Scenario Scenario, Reason Reason) row)
    {
        var (bundle, presentation, facts, now) = row.Scenario;
        return new()
        {
            ["name"] = row.Name,
            ["bundle"] = VectorFile.Hex(bundle.ToCbor()),
            ["presentation"] = new JsonObject
            {
                ["way"] = (int)presentation.Way, ["authenticity"] = (int)presentation.Authenticity, ["kind"] = (int)presentation.Kind,
                ["document"] = presentation.Document is { } document ? VectorFile.Hex(document.Sign(Made.Issuer)) : null,
                ["issuerKid"] = presentation.IssuerKid, ["deviceKey"] = presentation.DeviceKey?.ToString(), ["dated"] = presentation.Dated,
                ["verifiedAt"] = presentation.VerifiedAt, ["screenLock"] = presentation.ScreenLock, ["oneTap"] = presentation.OneTap,
                ["signalPercent"] = presentation.SignalPercent,
            },
            ["facts"] = Facts(facts),
            ["now"] = now,
            ["expect"] = row.Reason.Name(),
            // By hand where it matters: the second rule of that one case, the first of every other grant.
            ["rule"] = row.Reason is Reason.Granted or Reason.GrantedOverride ? row.Name == "the second rule fits" ? 1 : 0 : null,
        };
    }

    private static JsonObject Facts(DoorFacts facts) => new()
    {
        ["clockTrusted"] = facts.ClockTrusted, ["bundleExpired"] = facts.BundleExpired, ["newestSerial"] = facts.NewestSerial,
        ["usesLeft"] = facts.UsesLeft, ["touchedAt"] = facts.TouchedAt, ["throttledUntil"] = facts.ThrottledUntil, ["inside"] = facts.Inside,
        ["listed"] = (int?)facts.Listed,
    };

    private static DoorFacts Facts(JsonNode f) => new()
    {
        ClockTrusted = f["clockTrusted"]!.GetValue<bool>(), BundleExpired = f["bundleExpired"]!.GetValue<bool>(),
        NewestSerial = (uint?)f["newestSerial"]?.Number(), UsesLeft = (uint?)f["usesLeft"]?.Number(), TouchedAt = f["touchedAt"]?.Number(),
        ThrottledUntil = f["throttledUntil"]?.Number(), Inside = f["inside"]!.GetValue<bool>(),
        Listed = (KeyState?)f["listed"]?.Number(),
    };

    private static JsonObject RunConsole(JsonObject vector)
    {
        Assert.True(Bundle.TryRead(vector["bundle"].Bytes(), out var bundle));
        return VectorSet.Expect(Decider.DecideConsole(bundle, Facts(vector["facts"]!), vector["now"].Number()).Reason.Name());
    }

    private static JsonObject Run(JsonObject vector)
    {
        Assert.True(Bundle.TryRead(vector["bundle"].Bytes(), out var bundle));
        var p = vector["presentation"]!;
        AccessDocument? document = null;
        if (p["document"] is { } bytes)
            Assert.True(AccessDocument.TryRead(bytes.Bytes(), out document, out _));
        Presentation presentation = new()
        {
            Way = (Way)p["way"].Number(), Authenticity = (Authenticity)p["authenticity"].Number(), Kind = (CredentialKind)p["kind"].Number(),
            Document = document, IssuerKid = (uint)p["issuerKid"].Number(), DeviceKey = p["deviceKey"]?.Key(), Dated = p["dated"]?.Number(),
            VerifiedAt = p["verifiedAt"]?.Number(), ScreenLock = p["screenLock"]!.GetValue<bool>(), OneTap = p["oneTap"]!.GetValue<bool>(),
            SignalPercent = (int?)p["signalPercent"]?.Number(),
        };
        var decision = Decider.Decide(bundle, presentation, Facts(vector["facts"]!), vector["now"].Number());
        var rules = document?.Rules ?? (presentation.DeviceKey is { } key && bundle.Enrolled.TryGetValue(key, out var enrolled) ? enrolled.Rules : []);
        return new() { ["expect"] = decision.Reason.Name(), ["rule"] = decision.Rule is { } rule ? rules.IndexOf(rule) : null };
    }

    private static JsonObject RunReason(JsonObject vector)
    {
        var reason = (Reason)vector["code"].Number();
        return new()
        {
            ["expect"] = reason.Name(), ["told"] = reason.ToldAtDoor().Name(), ["signal"] = Snake.Case(reason.Signal()), ["grant"] = reason.IsGrant(),
        };
    }
}
