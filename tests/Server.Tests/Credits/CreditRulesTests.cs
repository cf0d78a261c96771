using System.Collections.Immutable;
using CsCheck;
using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Xunit;

namespace Latchkey.Server.Tests.Credits;

/// <summary>The rules by themselves: the table, and what holds whatever is done in whatever order.</summary>
public class CreditRulesTests
{
    /// <summary>The decision table, written down a second time by hand.</summary>
    public static TheoryData<CreditAct, string> Table => new()
    {
        { CreditAct.Purchase, "Operator.Sold>Distributor.Paid" },
        { CreditAct.TakeBack, "Distributor.Paid>Operator.Sold" },
        { CreditAct.Transfer, "Distributor.Paid>Customer.Paid" },
        { CreditAct.Refund, "Customer.Paid>Distributor.Paid" },
        { CreditAct.Trial, "Distributor.Given>Customer.Trial" },
        { CreditAct.Use, "Customer.Trial>Customer.TrialUsed, Customer.Paid>Customer.PaidUsed" },
        { CreditAct.GiveBack, "Customer.TrialUsed>Customer.Trial, Customer.PaidUsed>Customer.Paid" },
    };

    [Theory, MemberData(nameof(Table))]
    public void Each_act_goes_its_ways(CreditAct act, string ways) => Assert.Equal(
        ways, string.Join(", ", CreditRules.Ways(act).Select(w => $"{w.From.Level}.{w.From.Kind}>{w.To.Level}.{w.To.Kind}")));

    [Fact]
    public void The_table_has_every_act() => Assert.Equal(Enum.GetValues<CreditAct>().ToHashSet(), Table.Select(row => row.Data.Item1).ToHashSet());

    [Theory]
    [InlineData(CreditKind.Paid, 5, 5, true), InlineData(CreditKind.Paid, 5, 6, false), InlineData(CreditKind.Paid, 0, 1, false)]
    [InlineData(CreditKind.Trial, 1, 1, true), InlineData(CreditKind.Trial, 0, 1, false)]
    [InlineData(CreditKind.PaidUsed, 0, 1, false), InlineData(CreditKind.TrialUsed, 1, 1, true)]
    [InlineData(CreditKind.Sold, 0, 1_000_000, true), InlineData(CreditKind.Given, -5, 5, true)]
    public void Only_the_sources_go_below_zero(CreditKind kind, long balance, long amount, bool has)
    {
        Assert.Equal(has, CreditRules.Has(kind, balance, amount));
        Assert.Equal(has, CreditRules.Fits(kind, balance - amount));
    }

    /// <summary>The manual's words, on both sides.</summary>
    [Theory]
    [InlineData(AccountKind.Operator, CreditAct.Purchase, CreditType.Sale, CreditStatus.Paid)]
    [InlineData(AccountKind.Operator, CreditAct.TakeBack, CreditType.Refunding, CreditStatus.Refunded)]
    [InlineData(AccountKind.Distributor, CreditAct.Purchase, CreditType.PurchaseCredit, CreditStatus.Paid)]
    [InlineData(AccountKind.Distributor, CreditAct.TakeBack, CreditType.Refunding, CreditStatus.Refunded)]
    [InlineData(AccountKind.Distributor, CreditAct.Transfer, CreditType.Transfer, CreditStatus.Paid)]
    [InlineData(AccountKind.Distributor, CreditAct.Refund, CreditType.Refunding, CreditStatus.Refunded)]
    [InlineData(AccountKind.Distributor, CreditAct.Trial, CreditType.Trial, CreditStatus.Paid)]
    [InlineData(AccountKind.Customer, CreditAct.Transfer, CreditType.Adding, CreditStatus.Paid)]
    [InlineData(AccountKind.Customer, CreditAct.Trial, CreditType.Adding, CreditStatus.Paid)]
    [InlineData(AccountKind.Customer, CreditAct.Use, CreditType.Purchase, CreditStatus.Paid)]
    [InlineData(AccountKind.Customer, CreditAct.GiveBack, CreditType.Refunding, CreditStatus.Refunded)]
    [InlineData(AccountKind.Customer, CreditAct.Refund, CreditType.Refunding, CreditStatus.Refunded)]
    public void A_line_is_called_as_its_reader_sees_it(AccountKind level, CreditAct act, CreditType type, CreditStatus status) =>
        Assert.Equal((type, status), (CreditRules.Type(level, act), CreditRules.Status(act)));

    [Theory]
    [InlineData(true, false, true), InlineData(true, true, false), InlineData(false, false, false), InlineData(false, true, false)]
    public void A_demo_and_an_uncounted_house_are_not_counted(bool distributorCounted, bool isDemo, bool counts) =>
        Assert.Equal(counts, CreditRules.Counts(distributorCounted, isDemo));

    /// <summary>Any acts, of any amounts, in any order, with what is given back of uses that happened, each maybe twice.</summary>
    [Fact]
    public void Whatever_is_done_nothing_is_made_or_lost_and_no_purse_goes_below_zero() => CreditModel.Steps.Sample(
        steps =>
        {
            var model = new CreditModel();
            foreach (var step in steps)
            {
                var before = model.Purses;
                model.Do(step);
                Assert.Equal(0, model.Purses.Values.Sum());
                Assert.All(model.Purses, p => Assert.True(CreditRules.Fits(p.Key.Kind, p.Value), $"{p} after {step}"));
                // The same once more: as if it had been sent twice.
                var after = model.Purses;
                model.Do(step);
                Assert.Equal(after, model.Purses);
                Assert.True(model.Purses.All(p => p.Value == after[p.Key]) && before.Count <= after.Count);
            }
        },
        iter: 500);

    [Fact]
    public void Trial_credits_are_used_first_and_come_back_as_what_they_were()
    {
        var model = new CreditModel();
        foreach (var act in new[] { CreditAct.Purchase, CreditAct.Transfer, CreditAct.Trial })
            model.Do(new(act, act == CreditAct.Trial ? CreditRules.TrialCredits : 10, model.Next, 0));
        for (var i = 0; i < 7; i++)
            model.Do(new(CreditAct.Use, 1, model.Next, 0));
        Assert.Equal((8L, 0L), (model.Of(CreditKind.Paid), model.Of(CreditKind.Trial)));
        for (var use = 0; use < 7; use++)
            model.Do(new(CreditAct.GiveBack, 1, model.Next, use));
        Assert.Equal((10L, 5L), (model.Of(CreditKind.Paid), model.Of(CreditKind.Trial)));
    }
}

/// <summary>One act of the model: <paramref name="Use"/> counts which of the uses so far is given back.</summary>
sealed record CreditStep(CreditAct Act, int Amount, int Id, int Use);

/// <summary>One operator, distributor and customer, as the rules alone say.</summary>
sealed class CreditModel
{
    readonly HashSet<(CreditAct, int)> posted = [];
    readonly List<(int Id, CreditWay Way)> uses = [];

    public static readonly Gen<CreditStep[]> Steps = Gen.Select(
        Gen.OneOf([.. Enum.GetValues<CreditAct>().Select(Gen.Const)]), Gen.Int[1, 12], Gen.Int[0, 40], Gen.Int[0, 20],
        (act, amount, id, use) => new CreditStep(act, act is CreditAct.Use or CreditAct.GiveBack ? 1 : act == CreditAct.Trial ? CreditRules.TrialCredits : amount, id, use)).Array[0, 60];

    public ImmutableDictionary<Purse, long> Purses { get; private set; } = ImmutableDictionary<Purse, long>.Empty;

    public int Next => 1000 + posted.Count;

    public long Of(CreditKind kind, AccountKind level = AccountKind.Customer) => Purses.GetValueOrDefault(new(level, kind));

    /// <summary>The posting's number in the model; null where there is nothing to give back.</summary>
    public int? IdOf(CreditStep step) => step.Act switch
    {
        CreditAct.GiveBack => uses.Count == 0 ? null : uses[step.Use % uses.Count].Id,
        CreditAct.Trial => 0,
        _ => step.Id,
    };

    /// <summary>Whether it is posted.</summary>
    public bool Do(CreditStep step)
    {
        if (IdOf(step) is not { } id || posted.Contains((step.Act, id)))
            return false;
        var ways = CreditRules.Ways(step.Act);
        if (step.Act == CreditAct.GiveBack)
            ways = [uses.Single(u => u.Id == id).Way.Back];
        foreach (var way in ways)
        {
            if (!CreditRules.Has(way.From.Kind, Purses.GetValueOrDefault(way.From), step.Amount))
                continue;
            Purses = Purses.SetItem(way.From, Purses.GetValueOrDefault(way.From) - step.Amount).SetItem(way.To, Purses.GetValueOrDefault(way.To) + step.Amount);
            posted.Add((step.Act, id));
            if (step.Act == CreditAct.Use)
                uses.Add((id, way));
            return true;
        }
        return false;
    }
}
