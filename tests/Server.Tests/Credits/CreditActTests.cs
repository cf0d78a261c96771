using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Credits;

/// <summary>Sales, transfers and refunds between the levels.</summary>
public class CreditActTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothEngines]
    public async Task Credits_go_from_level_to_level_and_back(Engine engine)
    {
        var business = await Business.Open(await houses.Shared(engine));
        Assert.Equal(new MoveCreditsAnswer(100, 100), (await business.Sell(100)).Value);
        Assert.Equal(new MoveCreditsAnswer(95, 5), (await business.Transfer(5)).Value);
        Assert.Equal(new MoveCreditsAnswer(97, 3), (await business.Refund(2)).Value);
        Assert.Equal(new MoveCreditsAnswer(60, 57), (await business.TakeBack(40)).Value);
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task Nobody_passes_on_what_is_not_there(Engine engine)
    {
        var business = await Business.Open(await houses.Shared(engine));
        await business.Sell(10);
        await business.Trial();
        foreach (var (attempt, what) in new (Task<Outcome<MoveCreditsAnswer>>, string)[]
        {
            (business.Transfer(11), "more than the distributor has"), (business.TakeBack(11), "more than it has"), (business.Refund(1), "trial credits"),
        })
        {
            var refused = (await attempt).Refused;
            Assert.True(refused is { Refusal: Refusal.CreditMissing, Field: "amount" }, $"{what}: {refused}");
        }
        foreach (var amount in new[] { 0, -1, int.MinValue, CreditRules.AmountMax + 1 })
        foreach (var act in new Func<int, Task<Outcome<MoveCreditsAnswer>>>[] { a => business.Sell(a), business.TakeBack, a => business.Transfer(a), business.Refund })
            Assert.True((await act(amount)).Refused is { Refusal: Refusal.AmountOutOfRange, Field: "amount" });
        Assert.Equal((0L, (long)CreditRules.TrialCredits), await business.Left());
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task A_request_sent_twice_acts_once_also_after_its_answer_is_forgotten(Engine engine)
    {
        var business = await Business.Open(await houses.Shared(engine));
        var (sale, transfer) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal((await business.Sell(10, sale)).Value, (await business.Sell(10, sale)).Value);
        Assert.Equal((await business.Transfer(4, transfer)).Value, (await business.Transfer(4, transfer)).Value);
        Assert.Equal(Refusal.IdReused, (await business.Transfer(5, transfer)).Refused!.Refusal);
        await business.House.Store.Write(db => db.StoredRequests.Where(r => r.Id == sale || r.Id == transfer).ExecuteDeleteAsync(Cancel), Cancel);
        Assert.Equal(Refusal.IdReused, (await business.Sell(10, sale)).Refused!.Refusal);
        Assert.Equal(Refusal.IdReused, (await business.Transfer(4, transfer)).Refused!.Refusal);
        Assert.Equal((4L, 0L), await business.Left());
        Assert.Equal(6, (await business.Holds(business.DistributorId))!.Paid);
    }

    [Theory, BothEngines]
    public async Task A_customer_gets_its_trial_credits_once_and_they_cost_its_distributor_nothing(Engine engine)
    {
        var business = await (await Business.Open(await houses.Shared(engine))).With(2);
        Assert.True((await business.Trial()).Done);
        Assert.True((await business.Trial()).Done);
        Assert.Equal((2L, (long)CreditRules.TrialCredits), await business.Left());
        var distributor = (await business.Holds(business.DistributorId))!;
        Assert.Equal((0L, -(long)CreditRules.TrialCredits), (distributor.Paid, distributor.Given));
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task A_demo_gets_no_trial_credits(Engine engine)
    {
        var business = await Business.Open(await houses.Shared(engine));
        await business.Site.Change(c => c.IsDemo = true);
        Assert.True((await business.Trial()).Done);
        Assert.Equal((0L, 0L), await business.Left());
    }

    [Theory, BothEngines]
    public async Task An_act_on_an_account_below_stands_in_both_chains(Engine engine)
    {
        var business = await (await Business.Open(await houses.Shared(engine))).With(5);
        await business.Refund(1);
        Assert.Equal(["SellCredits"], await Acts(business.OperatorId));
        Assert.Equal(["SellCredits", "TransferCredits", "RefundCredits"], await Acts(business.DistributorId));
        Assert.Equal(["TransferCredits", "RefundCredits"], await Acts(business.CustomerId));
        foreach (var account in new[] { business.OperatorId, business.DistributorId, business.CustomerId })
            Assert.Null(AuditChain.FirstBreak(await business.Site.Read(db => db.AuditEntries.Where(e => e.AccountId == account).OrderBy(e => e.Seq).ToListAsync(Cancel))));

        Task<List<string>> Acts(Guid account) => business.Site.Read(db => db.AuditEntries.Where(e => e.AccountId == account && e.Act.EndsWith("Credits"))
            .OrderBy(e => e.Seq).Select(e => e.Act).ToListAsync(Cancel));
    }

    /// <summary>Who may: each act by every role of every account around, and on accounts that are not below.</summary>
    [Theory, BothEngines]
    public async Task Each_act_is_for_those_who_may_and_reaches_only_what_lies_below(Engine engine)
    {
        var house = await houses.Shared(engine);
        var (business, other) = (await Business.Open(house), await Business.Open(house));
        await business.With(5);
        await business.Sell(5);
        await other.With(5);
        var (sell, takeBack, transfer, refund) = (house.Get<SellCredits>(), house.Get<TakeBackCredits>(), house.Get<TransferCredits>(), house.Get<RefundCredits>());
        var count = house.Get<CountCredits>();
        MoveCreditsRequest Move(Guid account) => new(Guid.NewGuid(), account, 1);

        foreach (var role in Enum.GetValues<Role>())
        {
            var ofOperator = await Business.Administrator(house, business.OperatorId, role);
            var ofDistributor = await Business.Administrator(house, business.DistributorId, role);
            var ofCustomer = await Business.Administrator(house, business.CustomerId, role);
            Refusal? owner = role == Role.Owner ? null : Refusal.RoleTooLow;
            Refusal? keys = role >= Role.KeyManager ? null : Refusal.RoleTooLow;
            Assert.Equal(owner, (await sell.Do(ofOperator, business.OperatorId, Move(business.DistributorId), Cancel)).Refused?.Refusal);
            Assert.Equal(owner, (await takeBack.Do(ofOperator, business.OperatorId, Move(business.DistributorId), Cancel)).Refused?.Refusal);
            Assert.Equal(owner, (await count.Do(ofOperator, business.OperatorId, new(Guid.NewGuid(), business.DistributorId, true), Cancel)).Refused?.Refusal);
            foreach (var actor in new[] { ofOperator, ofDistributor })
            {
                Assert.Equal(keys, (await transfer.Do(actor, business.DistributorId, Move(business.CustomerId), Cancel)).Refused?.Refusal);
                Assert.Equal(keys, (await refund.Do(actor, business.DistributorId, Move(business.CustomerId), Cancel)).Refused?.Refusal);
            }
            foreach (var actor in new[] { ofDistributor, ofCustomer, other.Operator })
            {
                Assert.Equal(Refusal.NotFound, (await sell.Do(actor, business.OperatorId, Move(business.DistributorId), Cancel)).Refused?.Refusal);
                Assert.Equal(Refusal.NotFound, (await takeBack.Do(actor, business.OperatorId, Move(business.DistributorId), Cancel)).Refused?.Refusal);
                Assert.Equal(Refusal.NotFound, (await count.Do(actor, business.OperatorId, new(Guid.NewGuid(), business.DistributorId, false), Cancel)).Refused?.Refusal);
            }
            foreach (var actor in new[] { ofCustomer, other.Distributor, other.Operator, other.Site.Owner })
            {
                Assert.Equal(Refusal.NotFound, (await transfer.Do(actor, business.DistributorId, Move(business.CustomerId), Cancel)).Refused?.Refusal);
                Assert.Equal(Refusal.NotFound, (await refund.Do(actor, business.DistributorId, Move(business.CustomerId), Cancel)).Refused?.Refusal);
            }
        }

        // Own account, but somebody else's below, one that is two levels down, oneself, or nobody's.
        foreach (var account in new[] { other.DistributorId, business.CustomerId, business.OperatorId, Guid.NewGuid() })
        {
            Assert.Equal(Refusal.NotFound, (await sell.Do(business.Operator, business.OperatorId, Move(account), Cancel)).Refused?.Refusal);
            Assert.Equal(Refusal.NotFound, (await takeBack.Do(business.Operator, business.OperatorId, Move(account), Cancel)).Refused?.Refusal);
            Assert.Equal(Refusal.NotFound, (await count.Do(business.Operator, business.OperatorId, new(Guid.NewGuid(), account, false), Cancel)).Refused?.Refusal);
        }
        foreach (var account in new[] { other.CustomerId, business.DistributorId, Guid.NewGuid() })
        {
            Assert.Equal(Refusal.NotFound, (await transfer.Do(business.Distributor, business.DistributorId, Move(account), Cancel)).Refused?.Refusal);
            Assert.Equal(Refusal.NotFound, (await refund.Do(business.Distributor, business.DistributorId, Move(account), Cancel)).Refused?.Refusal);
        }
        // The operator's acts are not done at the level below, nor a distributor's above.
        Assert.Equal(Refusal.NotFound, (await sell.Do(business.Distributor, business.DistributorId, Move(business.CustomerId), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await transfer.Do(business.Operator, business.OperatorId, Move(business.DistributorId), Cancel)).Refused?.Refusal);

        await business.Site.Delete(business.CustomerId);
        Assert.Equal(Refusal.NotFound, (await business.Transfer(1)).Refused!.Refusal);
        await business.Site.Delete(business.DistributorId);
        Assert.Equal(Refusal.NotFound, (await business.Sell(1)).Refused!.Refusal);
        Assert.Equal(Refusal.NotFound, (await business.Transfer(1)).Refused!.Refusal);
        Assert.Equal((5L, 0L), await other.Left());
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task The_operator_says_whether_a_distributors_keys_are_counted(Engine engine)
    {
        var house = await houses.Shared(engine);
        var business = await Business.Open(house);
        Assert.Equal("credit-missing", await business.Site.Refused("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Jana", notify = false }));
        Assert.False((await house.Get<CountCredits>().Do(business.Operator, business.OperatorId, new(Guid.NewGuid(), business.DistributorId, false), Cancel)).Value!.Counted);
        var uncounted = await business.Site.Invite();
        Assert.Equal(KeyCredit.Uncounted, (await business.Site.Key(uncounted.MobileKeyId)).Credit);
        Assert.True((await house.Get<CountCredits>().Do(business.Operator, business.OperatorId, new(Guid.NewGuid(), business.DistributorId, true), Cancel)).Value!.Counted);
        Assert.Equal("credit-missing", await business.Site.Refused("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Jana", notify = false }));
        // A new code for the key that took none takes none, and nothing comes back.
        await business.Site.Post<NewCodeAnswer>($"/api/v1/mobile-keys/{uncounted.MobileKeyId}/new-code", new { id = Guid.NewGuid(), notify = false });
        await business.Site.Post<MobileKeyAnswer>($"/api/v1/mobile-keys/{uncounted.MobileKeyId}/withdraw", new { id = Guid.NewGuid() });
        Assert.Equal((0L, 0L), await business.Left());
    }
}
