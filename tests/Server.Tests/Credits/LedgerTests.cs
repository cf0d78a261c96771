using CsCheck;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Credits;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Credits;

/// <summary>The ledger on both engines: it does what the rules say, also when all come at once.</summary>
public class LedgerTests(Houses houses)
{
    const int Callers = 64;
    const int Credits = 50;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothEngines]
    public async Task The_ledger_does_what_the_rules_say(Engine engine)
    {
        var house = await houses.Shared(engine);
        // Few samples of many steps each: every step is a transaction that is flushed.
        await CreditModel.Steps.SampleAsync(async steps => await Compare(house, steps), iter: 12, threads: 1);
    }

    static async Task Compare(House house, CreditStep[] steps)
    {
        var (operatorId, distributorId, customerId) = await Tree(house);
        var model = new CreditModel();
        foreach (var step in steps)
        foreach (var _ in new[] { "once", "and once more" })
        {
            var id = model.IdOf(step);
            var posted = model.Do(step);
            if (id is not { } number)
                continue;
            var posting = new Guid(number, 0, 0, customerId.ToByteArray()[8..]);
            var did = await house.Store.Write(
                async db =>
                {
                    var before = await db.CreditEntries.CountAsync(e => e.AccountId == customerId || e.AccountId == distributorId, Cancel);
                    var act = await Act(house, db, step.Act is CreditAct.Use or CreditAct.GiveBack ? customerId : distributorId);
                    switch (step.Act)
                    {
                        case CreditAct.Purchase:
                            await CreditBook.Purchase(act, posting, operatorId, distributorId, step.Amount);
                            break;
                        case CreditAct.TakeBack:
                            await CreditBook.TakeBack(act, posting, operatorId, distributorId, step.Amount);
                            break;
                        case CreditAct.Transfer:
                            await CreditBook.Transfer(act, posting, distributorId, customerId, step.Amount);
                            break;
                        case CreditAct.Refund:
                            await CreditBook.Refund(act, posting, distributorId, customerId, step.Amount);
                            break;
                        case CreditAct.Trial:
                            await CreditBook.Trial(act, await db.Customers.SingleAsync(c => c.AccountId == customerId, Cancel));
                            break;
                        case CreditAct.Use when await db.CreditEntries.AnyAsync(
                            e => e.AccountId == customerId && e.Act == CreditAct.Use && e.PostingId == posting, Cancel):
                            // A key's id is taken once; that is the key's own guard.
                            break;
                        case CreditAct.Use:
                            await CreditBook.Use(act, posting, posting, number);
                            break;
                        case CreditAct.GiveBack:
                            await CreditBook.GiveBack(act, posting);
                            break;
                    }
                    await db.SaveChangesAsync(Cancel);
                    return await db.CreditEntries.CountAsync(e => e.AccountId == customerId || e.AccountId == distributorId, Cancel) > before;
                },
                Cancel);
            Assert.Equal(posted, did);
        }
        await using var look = house.Store.Open();
        var holds = await look.CreditBalances.AsNoTracking().Where(b => b.AccountId == operatorId || b.AccountId == distributorId || b.AccountId == customerId)
            .ToDictionaryAsync(b => b.AccountId, Cancel);
        Assert.Equal(model.Of(CreditKind.Sold, AccountKind.Operator), holds.GetValueOrDefault(operatorId)?.Sold ?? 0);
        Assert.Equal(
            (model.Of(CreditKind.Paid, AccountKind.Distributor), model.Of(CreditKind.Given, AccountKind.Distributor)),
            holds.TryGetValue(distributorId, out var distributor) ? (distributor.Paid, distributor.Given) : (0, 0));
        Assert.Equal(
            (model.Of(CreditKind.Paid), model.Of(CreditKind.Trial), model.Of(CreditKind.PaidUsed), model.Of(CreditKind.TrialUsed)),
            holds.TryGetValue(customerId, out var customer) ? (customer.Paid, customer.Trial, customer.PaidUsed, customer.TrialUsed) : (0, 0, 0, 0));
        var found = await Reconcile.Read(look, operatorId, Cancel);
        Assert.True(found.IsWhole, $"{found}");
    }

    static async Task<(Guid Operator, Guid Distributor, Guid Customer)> Tree(House house)
    {
        var now = house.Time.GetUtcNow();
        (Guid, Guid, Guid) ids = default;
        await house.Store.Write(
            db =>
            {
                var top = OpenAccount.Place(db, AccountKind.Operator, null, "Operator", now);
                var distributor = OpenAccount.Distributor(db, top.Id, "Nordic Secure", now);
                var customer = house.Get<OpenAccount>().Customer(db, distributor.AccountId, "Alfa Reality", "ALFA0001", "k3yOfAlf", isDemo: false, now);
                ids = (top.Id, distributor.AccountId, customer.AccountId);
                return Task.CompletedTask;
            },
            Cancel);
        return ids;
    }

    static async Task<Act> Act(House house, Db db, Guid accountId) => new(
        db, accountId, house.Time.GetUtcNow(), new(ActorKind.Machine, Guid.Empty, ""), new("Tests", null), "Tests", await AuditChain.Lock(db, accountId, Cancel), Cancel);

    /// <summary>All at once, through the whole act that makes a key.</summary>
    [Theory, BothEngines]
    public async Task Sixty_four_callers_who_fight_for_fifty_credits_get_fifty_keys(Engine engine)
    {
        var business = await (await Business.Open(await houses.Shared(engine))).With(Credits);
        var issue = business.House.Get<IssueMobileKey>();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => issue.Do(
            business.Site.Owner, business.CustomerId, new(Guid.NewGuid(), Name: $"User {i}", Notify: false), Cancel))));
        Assert.Equal(Credits, outcomes.Count(o => o.Done));
        Assert.All(outcomes.Where(o => !o.Done), o => Assert.Equal(Server.Hosting.Refusal.CreditMissing, o.Refused!.Refusal));
        Assert.Equal((0L, 0L), await business.Left());
        Assert.Equal(Credits, await business.Site.Read(db => db.MobileKeys.CountAsync(k => k.CustomerId == business.CustomerId, Cancel)));
        await business.IsWhole();
    }

    /// <summary>All at once on the bare ledger, with no lock but its own statement: each believes that there is enough.</summary>
    [Theory, BothEngines]
    public async Task The_statement_alone_lets_nobody_take_what_is_not_there(Engine engine)
    {
        var house = await houses.Shared(engine);
        var business = await (await Business.Open(house)).With(Credits);
        Assert.True((await business.Trial()).Done);
        var way = CreditRules.Ways(CreditAct.Use)[^1];
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 640 / Callers; i++)
            {
                if (await house.Store.Write(
                    db => Ledger.Post(
                        db, new(Guid.NewGuid(), CreditAct.Use, way, business.CustomerId, business.CustomerId, 1, "1", "1", Guid.Empty), house.Time.GetUtcNow(), Cancel),
                    did => did, Cancel))
                    Interlocked.Increment(ref taken);
            }
        })));
        Assert.Equal(Credits, taken);
        Assert.Equal((0L, (long)CreditRules.TrialCredits), await business.Left());
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task A_posting_is_posted_once_also_where_nobody_asks_first(Engine engine)
    {
        var house = await houses.Shared(engine);
        var business = await (await Business.Open(house)).With(5);
        var posting = new Posting(
            Guid.NewGuid(), CreditAct.Use, CreditRules.Ways(CreditAct.Use)[^1], business.CustomerId, business.CustomerId, 1, "1", "1", Guid.Empty);
        Task<bool> Post() => house.Store.Write(db => Ledger.Post(db, posting, house.Time.GetUtcNow(), Cancel), did => did, Cancel);
        Assert.True(await Post());
        await Assert.ThrowsAsync<DbUpdateException>(Post);
        Assert.Equal((4L, 0L), await business.Left());
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task The_store_itself_refuses_what_no_rule_allows(Engine engine)
    {
        var house = await houses.Shared(engine);
        var business = await (await Business.Open(house)).With(5);
        await using var db = house.Store.Open();
        foreach (var kind in Enum.GetValues<CreditKind>())
        {
            var harm = $"UPDATE \"CreditBalances\" SET \"{kind}\" = {(CreditRules.IsSource(kind) ? 1 : -1)} WHERE \"AccountId\" = {{0}}";
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => db.Database.ExecuteSqlRawAsync(harm, [business.CustomerId], Cancel));
        }
    }

    /// <summary>What the reconciliation would find, were it there: each kind of damage by itself.</summary>
    [Theory, BothEngines]
    public async Task Any_damage_is_found(Engine engine)
    {
        var house = await houses.Own(engine);
        string[] harms =
        [
            "UPDATE \"CreditBalances\" SET \"Paid\" = \"Paid\" + 1 WHERE \"AccountId\" = {0}",
            "UPDATE \"CreditBalances\" SET \"Line\" = \"Line\" + 1 WHERE \"AccountId\" = {0}",
            "UPDATE \"CreditEntries\" SET \"Amount\" = \"Amount\" + 1 WHERE \"AccountId\" = {0} AND \"Line\" = 1",
            "UPDATE \"CreditEntries\" SET \"BalanceAfter\" = \"BalanceAfter\" + 1 WHERE \"AccountId\" = {0} AND \"Line\" = 2",
            "UPDATE \"CreditEntries\" SET \"Kind\" = 'Trial' WHERE \"AccountId\" = {0} AND \"Line\" = 2",
            "UPDATE \"CreditEntries\" SET \"Line\" = 9 WHERE \"AccountId\" = {0} AND \"Line\" = 2",
            "UPDATE \"CreditEntries\" SET \"PostingId\" = {0} WHERE \"AccountId\" = {0} AND \"Line\" = 2",
            "DELETE FROM \"CreditEntries\" WHERE \"AccountId\" = {0} AND \"Line\" = 1",
            "DELETE FROM \"CreditEntries\" WHERE \"AccountId\" = {0} AND \"Line\" = 2",
        ];
        foreach (var harm in harms)
        {
            var business = await Business.Open(house);
            await business.Sell(10);
            await business.Transfer(3);
            await business.Transfer(4);
            await business.IsWhole();
            await using (var db = house.Store.Open())
                Assert.True(await db.Database.ExecuteSqlRawAsync(harm, [business.CustomerId], Cancel) > 0);
            Assert.False((await business.Reconciled()).IsWhole, harm);
        }
    }
}
