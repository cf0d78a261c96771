using CsCheck;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Bundles;

public sealed class BundleTests
{
    [Fact]
    public void A_diff_applied_gives_the_other_bundle() => Gen.Select(Gens.Bundle, Gens.Bundle).Sample((from, to) =>
    {
        var delta = Bundle.Diff(from, to);
        return Delta.TryRead(delta.ToBytes(), out var read)
            && from.TryApply(read, out var next) && next == to && next.StateHash().SequenceEqual(to.StateHash())
            && Bundle.Diff(from, from).IsEmpty && Bundle.Diff(next, to).IsEmpty;
    }, iter: Rounds.Of(300));

    /// <summary>A reader that hears every statement ends with the server's bundle, however often one comes again or too early.</summary>
    [Fact]
    public void Statements_lead_to_the_servers_bundle() => Gen.Select(Gens.Bundle.Array[1, 5], Gen.Int[0, 20].Array[12]).Sample((bundles, order) =>
    {
        bundles = [.. bundles.Select(bundle => bundle with { SiteKeys = [Made.SiteKey.Public] })];
        var statements = new List<byte[]>();
        for (var i = 0; i < bundles.Length; i++)
            statements.Add(new Statement
            {
                Site = Made.Site, Reader = Made.Reader, Epoch = 1, Seq = i, IssuedAt = Made.Now + i, ExpiresAt = Made.Now + 86400,
                Snapshot = i == 0 ? bundles[0] : null, Delta = i == 0 ? null : Bundle.Diff(bundles[i - 1], bundles[i]),
                Prev = i == 0 ? null : Statement.HashOf(statements[i - 1]), StateHash = bundles[i].StateHash(),
            }.Sign(Made.SiteKey));
        var state = StatementVectors.Start;
        var applied = 0;
        foreach (var next in order.Select(at => at % statements.Count).Concat(Enumerable.Range(0, statements.Count)))
        {
            var outcome = Applying.Apply(state, statements[next], Made.Now, clockTrusted: true);
            var fits = next == applied;
            if (fits != outcome.Refusal is null || (!fits && outcome.State != state))
                return false;
            state = outcome.State;
            applied += fits ? 1 : 0;
            if (fits && (state.Bundle != bundles[next] || state.Seq != next))
                return false;
        }

        return applied == statements.Count;
    }, iter: Rounds.Of(50));

    public static TheoryData<BundleFault> Faults => [.. Enum.GetValues<BundleFault>()];

    [Theory, MemberData(nameof(Faults))]
    public void Lint_names_the_fault(BundleFault fault)
    {
        var good = Made.Bundle;
        var wrong = fault switch
        {
            BundleFault.Settings => good with { Settings = good.Settings with { Name = "half a pair \uD83D" } },
            BundleFault.Posture => good with { Posture = new Posture((PostureMode)4) },
            BundleFault.Issuers => good with { Issuers = good.Issuers.Add(1, new Issuer(Made.OtherIssuer.Public)) },
            BundleFault.SiteKeys => good with { SiteKeys = [] },
            BundleFault.Sets => good with { Sets = [2, 1] },
            BundleFault.Schedules => good with { Schedules = good.Schedules.Add(0, new Schedule([])) },
            BundleFault.Zone => good with { Zone = [new ZoneStep(1, 0)] },
            BundleFault.Holidays => good with { Holidays = good.Holidays.Add(20270229, new Holiday("x")) },
            BundleFault.States => good with { States = good.States.Add(1, KeyState.Valid) },
            BundleFault.MinSerials => good with { MinSerials = good.MinSerials.Add(1, 0) },
            BundleFault.Enrolled => good with { Enrolled = good.Enrolled.Add(Made.Foreign.Public, new EnrolledKey(0, [])) },
            BundleFault.Servers => good with { Servers = [""] },
        };
        Assert.Equal(fault, Bundle.Lint(wrong));
        Assert.Null(Bundle.Lint(good));
        Assert.Equal(StatementFault.BundleUnsound, Statement.Lint(StatementVectors.Snapshot with { Snapshot = wrong }, out var linted));
        Assert.Null(linted);
    }

    public static TheoryData<StatementFault> StatementFaults => [.. Enum.GetValues<StatementFault>()];

    [Theory, MemberData(nameof(StatementFaults))]
    public void Lint_of_a_statement_names_the_fault(StatementFault fault)
    {
        var (snapshot, change) = (StatementVectors.Snapshot, StatementVectors.Change);
        var wrong = fault switch
        {
            StatementFault.EpochZero => snapshot with { Epoch = 0 },
            StatementFault.NumberOutOfRange => snapshot with { Seq = 1L << 53 },
            StatementFault.ExpiresNotAfterIssue => snapshot with { ExpiresAt = snapshot.IssuedAt },
            StatementFault.SnapshotAndDelta => snapshot with { Delta = Delta.Empty },
            StatementFault.PrevInSnapshot => snapshot with { Prev = new byte[32] },
            StatementFault.DeltaWithoutPrev => change with { Prev = null },
            StatementFault.HashLength => change with { Prev = new byte[31] },
            StatementFault.HashOfAnotherBundle => snapshot with { StateHash = new byte[32] },
            StatementFault.BundleOfAnotherReader => snapshot with { Reader = Made.OtherReader },
            StatementFault.BundleUnsound => snapshot with { Snapshot = Made.Bundle with { SiteKeys = [] } },
        };
        Assert.Equal(fault, Statement.Lint(wrong, out var linted));
        Assert.Null(linted);
    }

    [Fact]
    public void Bundles_are_equal_when_their_bytes_are()
    {
        Assert.True(Bundle.TryRead(Made.Bundle.ToCbor(), out var again));
        Assert.Equal(Made.Bundle, again);
        Assert.NotEqual(Made.Bundle, again with { StatusSequence = 6 });
    }
}
