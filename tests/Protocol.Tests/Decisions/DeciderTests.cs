using System.Collections.Immutable;
using CsCheck;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Decisions;

public sealed class DeciderTests
{
    public static TheoryData<string> Names => [.. DecisionCases.All.Select(row => row.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Decides(string name)
    {
        var (_, scenario, reason) = DecisionCases.All.Single(row => row.Name == name);
        Assert.Equal(reason, scenario.Decide().Reason);
    }

    public static TheoryData<string> ConsoleNames => [.. ConsoleCases.All.Select(row => row.Name)];

    [Theory, MemberData(nameof(ConsoleNames))]
    public void Decides_on_a_command(string name)
    {
        var (_, scenario, reason) = ConsoleCases.All.Single(row => row.Name == name);
        var decision = Decider.DecideConsole(scenario.Bundle, scenario.Facts, scenario.Now);
        Assert.Equal((reason, null), (decision.Reason, decision.Rule));
    }

    [Fact]
    public void Every_reason_has_its_case() =>
        Assert.Empty(Enum.GetValues<Reason>().Except(DecisionCases.All.Select(row => row.Reason)));

    [Fact]
    public void The_order_of_the_codes_is_the_order_of_the_checks() =>
        Assert.Equal(Scenario.Faults.Select(fault => fault.Reason).Where(reason => !reason.IsGrant()), Reasons.All.Where(reason => !reason.IsGrant()));

    [Fact]
    public void A_refusal_names_no_rule() =>
        Assert.All(DecisionCases.All, row => Assert.Equal(row.Scenario.Decide() is { IsGrant: true, Reason: not Reason.GrantedHeldOpen }, row.Scenario.Decide().Rule is not null));

    /// <summary>Taking something away never opens a door: revocation, suspension, a lowest serial, a floor, an issuer less, a set less.</summary>
    [Fact]
    public void Taking_away_never_opens() => Gen.Select(AnyScenario, Gen.Int[0, 7], Gens.Number).Sample((scenario, how, number) =>
    {
        var taken = Take(scenario, how, number);
        return !taken.Decide().IsGrant || scenario.Decide().IsGrant;
    }, iter: Rounds.Of(20_000));

    /// <summary>And it takes hold: the property above would hold for a decision that never looked.</summary>
    [Fact]
    public void Taking_away_refuses_what_was_granted()
    {
        for (var how = 0; how < 8; how++)
            Assert.False(Take(Scenario.Good, how, uint.MaxValue).Decide().IsGrant);
    }

    /// <summary>Events are decided again from what a reader says was presented: it may say anything.</summary>
    [Fact]
    public void Whatever_is_said_to_be_presented_is_decided() =>
        Gen.Select(AnyScenario, Gen.Int[0, 5], Gen.Bool, Gens.Document, Gens.Number, (scenario, kind, both, document, kid) => scenario with
        {
            Presentation = scenario.Presentation with
            {
                Kind = (CredentialKind)kind, Authenticity = Authenticity.Genuine, IssuerKid = kid, DeviceKey = Made.Foreign.Public,
                Document = both ? document with { Site = scenario.Bundle.Site } : null,
            },
        }).Sample(scenario => Assert.True(Reasons.IsKnown((long)scenario.Decide().Reason)), iter: Rounds.Of(500));

    [Fact]
    public void A_bundle_that_changes_forgets_its_calendar()
    {
        Assert.True(Scenario.Good.Decide().IsGrant);
        var holiday = Scenario.Good.Bundle with { Holidays = Scenario.Good.Bundle.Holidays.Add(20260102, new Holiday("x")) };
        Assert.Equal(Reason.Holiday, (Scenario.Good with { Bundle = holiday }).Decide().Reason);
        var zone = Scenario.Good.Bundle with { Zone = [new ZoneStep(0, 720)] };
        Assert.Equal(Reason.OutsideSchedule, (Scenario.Good with { Bundle = zone }).Decide().Reason);
        Assert.True(Scenario.Good.Decide().IsGrant);
    }

    /// <summary>The largest decision there is, from the first check to the last, asks for no memory.</summary>
    [Fact]
    public void Deciding_allocates_nothing()
    {
        var schedules = Enumerable.Range(1, 50).ToImmutableSortedDictionary(
            number => (ushort)number, number => new Schedule([.. Enumerable.Repeat(new Interval(Days.Monday, 0, 1), 10)]));
        Rule[] rules = [.. Enumerable.Range(0, 200).Select(i => new Rule(1, (ushort)(1 + i % 50))), new Rule(1, 0)];
        var scenario = Scenario.Enrolled.With(bundle => bundle with
        {
            Schedules = schedules,
            States = Enumerable.Range(0, 1000).ToImmutableSortedDictionary(key => (uint)key, _ => KeyState.Revoked),
            Enrolled = bundle.Enrolled.SetItem(Made.Foreign.Public, new EnrolledKey(7, [.. rules])),
        });
        var (bundle, presentation, facts, now) = scenario;
        for (var i = 0; i < 100; i++)
            Assert.Equal(Reason.Granted, Decider.Decide(bundle, presentation, facts, now).Reason);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var grants = 0;
        for (var i = 0; i < 100; i++)
            grants += Decider.Decide(bundle, presentation, facts, now).IsGrant ? 1 : 0;
        Assert.Equal((0, 100), (GC.GetAllocatedBytesForCurrentThread() - before, grants));
    }

    private static Scenario Take(Scenario scenario, int how, uint number)
    {
        var key = scenario.Presentation.Document?.Key ?? number;
        return how switch
        {
            0 => scenario.With(b => b with { States = b.States.SetItem(key, KeyState.Revoked) }),
            1 => scenario.With(b => b with { States = b.States.SetItem(key, b.States.GetValueOrDefault(key) == KeyState.Revoked ? KeyState.Revoked : KeyState.Suspended) }),
            2 => scenario.With(b => b with { MinSerials = b.MinSerials.SetItem(key, Math.Max(b.MinSerials.GetValueOrDefault(key), Math.Max(number, 1))) }),
            3 => scenario.With(b => b with { Issuers = b.Issuers.Remove(scenario.Presentation.IssuerKid) }),
            4 => scenario.With(b => b with { Issuers = b.Issuers.ToImmutableSortedDictionary(i => i.Key, i => i.Value with { Floor = UnixTime.End }) }),
            5 => scenario.With(b => b with { Sets = b.Sets.IsEmpty ? b.Sets : b.Sets[1..] }),
            6 => scenario.With(b => b with { Schedules = b.Schedules.ToImmutableSortedDictionary(s => s.Key, _ => new Schedule([])) }),
            _ => scenario with { Facts = scenario.Facts with { NewestSerial = Math.Max(scenario.Facts.NewestSerial ?? 0, number) } },
        };
    }

    // Near enough to a grant that many are one: a good scenario with some faults, and any document.
    private static Gen<Scenario> AnyScenario { get; } = Gen.Select(
        Gen.Int[0, Scenario.Faults.Count - 1].Array[0, 2], Gens.Document, Gens.Bundle, Gen.Int[0, 3], Gens.Facts, (faults, document, bundle, mix, facts) =>
        {
            var scenario = faults.Aggregate(mix == 3 ? Scenario.Enrolled : Scenario.Good, (s, fault) =>
                s.Presentation.Document is null ? s : Scenario.Faults[fault].Fault(s));
            return mix switch
            {
                1 => scenario.Document(own => document with { Site = own.Site, Key = own.Key, IssuedAt = own.IssuedAt, Expires = own.Expires, NotBefore = null, Until = null }),
                2 => scenario.With(own => bundle with { Issuers = own.Issuers, Sets = own.Sets }) with { Facts = facts },
                _ => scenario,
            };
        });
}
