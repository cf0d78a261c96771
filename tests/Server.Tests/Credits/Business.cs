using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Credits;

/// <summary>An operator, a distributor and a customer whose keys are counted, each with an owner.</summary>
sealed record Business(Site Site, Guid OperatorId, Actor Operator, Actor Distributor)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public House House => Site.House;
    public Guid DistributorId => Site.DistributorId;
    public Guid CustomerId => Site.Id;

    public static async Task<Business> Open(House house)
    {
        var site = await house.NewSite();
        var operatorId = Guid.Empty;
        await house.Store.Write(
            async db =>
            {
                var distributor = await db.Distributors.Include(d => d.Account).SingleAsync(d => d.AccountId == site.DistributorId, Cancel);
                distributor.CreditsCounted = true;
                operatorId = distributor.Account!.ParentId!.Value;
            },
            Cancel);
        return new(site, operatorId, await Administrator(house, operatorId, Role.Owner), await Administrator(house, site.DistributorId, Role.Owner));
    }

    public static async Task<Actor> Administrator(House house, Guid accountId, Role role)
    {
        var now = house.Time.GetUtcNow();
        Administrator administrator = null!;
        Session session = null!;
        await house.Store.Write(
            db =>
            {
                administrator = OpenAccount.Administrator(db, accountId, role, "Olga Svobodová", $"{Guid.NewGuid():N}@nordic.example", Site.Password, now);
                db.Sessions.Add(session = Session.Begin(administrator.Id, now));
                return Task.CompletedTask;
            },
            Cancel);
        return new(ActorKind.Administrator, administrator.Id, administrator.SecurityStamp!) { Session = session.Id };
    }

    public Task<Outcome<MoveCreditsAnswer>> Sell(int amount, Guid? id = null) =>
        House.Get<SellCredits>().Do(Operator, OperatorId, new(id ?? Guid.NewGuid(), DistributorId, amount), Cancel);

    public Task<Outcome<MoveCreditsAnswer>> TakeBack(int amount) =>
        House.Get<TakeBackCredits>().Do(Operator, OperatorId, new(Guid.NewGuid(), DistributorId, amount), Cancel);

    public Task<Outcome<MoveCreditsAnswer>> Transfer(int amount, Guid? id = null) =>
        House.Get<TransferCredits>().Do(Distributor, DistributorId, new(id ?? Guid.NewGuid(), CustomerId, amount), Cancel);

    public Task<Outcome<MoveCreditsAnswer>> Refund(int amount) =>
        House.Get<RefundCredits>().Do(Distributor, DistributorId, new(Guid.NewGuid(), CustomerId, amount), Cancel);

    /// <summary>What the act that opens a customer does: an act of the distributor.</summary>
    public Task<Outcome<bool>> Trial() => House.Get<Acts>().Do<string, bool>(
        "CreateCustomer", Distributor, DistributorId, Role.KeyManager, Guid.NewGuid(), "",
        async act =>
        {
            var customer = await act.Db.Customers.SingleAsync(c => c.AccountId == CustomerId, act.Cancel);
            if (await CreditBook.Trial(act, customer) is { } refused)
                return refused;
            act.Audit(CustomerId);
            return true;
        },
        Cancel);

    /// <summary>The customer has that many paid credits, bought and passed on.</summary>
    public async Task<Business> With(int credits)
    {
        Assert.True((await Sell(credits)).Done);
        Assert.True((await Transfer(credits)).Done);
        return this;
    }

    public Task<CreditBalance?> Holds(Guid accountId) =>
        Site.Read(db => db.CreditBalances.AsNoTracking().SingleOrDefaultAsync(b => b.AccountId == accountId, Cancel));

    /// <summary>Paid and trial credits of the customer.</summary>
    public async Task<(long Paid, long Trial)> Left() => await Holds(CustomerId) is { } holds ? (holds.Paid, holds.Trial) : (0, 0);

    public Task<ReconcileAnswer> Reconciled() => Site.Read(db => Reconcile.Read(db, OperatorId, Cancel));

    public async Task IsWhole()
    {
        var found = await Reconciled();
        Assert.True(found.IsWhole, $"{found} {string.Join(", ", found.Breaks)}");
    }
}
