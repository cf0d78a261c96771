using Latchkey.Server.Accounts;
using Latchkey.Server.Distributors;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Distributors;

public class DistributorTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    async Task<(Site Site, Guid Operator, Actor Olga)> Operator(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var house = await site.ParentOf(site.DistributorId);
        return (site, house, await site.House.NewAdministrator(house, name: "Olga Novotná"));
    }

    [Theory, BothEngines]
    public async Task One_is_made_with_a_code_that_nobody_else_has(Engine engine)
    {
        var (site, house, olga) = await Operator(engine);
        var create = site.House.Get<CreateDistributor>();
        Task<Outcome<DistributorChanged>> Make(string? code, string? name = "Bohemia Locks", Guid? id = null) =>
            create.Do(olga, house, new(id ?? Guid.NewGuid(), name, code, new() { City = "Brno" }), Cancel);
        var taken = await site.Read(db => db.Distributors.Where(d => d.AccountId == site.DistributorId).Select(d => d.Code).SingleAsync(Cancel));
        foreach (var wrong in new[] { taken, "BO", "BOHEM", "B-HE", "demo", "DEMO" })
            Assert.Equal((Refusal.DistributorCodeWrong, "code"), (await Make(wrong)) is { Refused: { } r } ? (r.Refusal, r.Field) : default);
        Assert.Equal(Refusal.NameMissing, (await Make(null, " ")).Refused?.Refusal);
        var id = Guid.NewGuid();
        Assert.Equal(id, (await Make(null, id: id)).Value?.DistributorId);
        Assert.Equal(id, (await Make(null, id: id)).Value?.DistributorId);
        var listed = await site.House.Get<Acts>().Ask(olga, house, Role.Auditor, q => DistributorList.Read(q, DistributorFilter.All, "brno", null), Cancel);
        Assert.Equal(("Bohemia Locks", 4, 0), (Assert.Single(listed.Value!.Rows).Name, listed.Value.Rows[0].Code.Length, listed.Value.Rows[0].Customers.Number));
        // Its own people and strangers make none.
        Assert.Equal(Refusal.NotFound, (await create.Do(site.Owner, house, new(Guid.NewGuid(), "Mine"), Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task Deleted_it_takes_its_customers_along_and_brings_them_back(Engine engine)
    {
        var (site, house, olga) = await Operator(engine);
        var (_, elsewhere, _) = await Operator(engine);
        Task<long> Seq() => site.Read(db => db.FeedCounters.Where(f => f.CustomerId == site.Id).Select(f => f.Seq).SingleAsync(Cancel));
        async Task<bool> Works() => (await site.House.Get<ListApiTokens>().Ask(site.Owner, site.Id, Cancel)).Done;
        var delete = site.House.Get<DeleteDistributor>();
        Assert.Equal(Refusal.NotFound, (await delete.Do(olga, elsewhere, site.DistributorId, new(Guid.NewGuid(), "Nordic Secure"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NameNotTyped, (await delete.Do(olga, house, site.DistributorId, new(Guid.NewGuid(), "nordic"), Cancel)).Refused?.Refusal);
        var before = await Seq();
        Assert.True((await delete.Do(olga, house, site.DistributorId, new(Guid.NewGuid(), "Nordic Secure"), Cancel)).Done);
        Assert.Equal((before + 1, false), (await Seq(), await Works()));
        Assert.Equal(1, await site.Read(db => db.FeedChanges.CountAsync(c => c.CustomerId == site.Id && c.Seq == before + 1, Cancel)));
        Assert.True((await site.House.Get<RestoreDistributor>().Do(olga, house, site.DistributorId, new(Guid.NewGuid()), Cancel)).Done);
        Assert.Equal((before + 2, true), (await Seq(), await Works()));
        foreach (var account in new[] { house, site.DistributorId })
            Assert.Equal(1, await site.Read(db => db.AuditEntries.CountAsync(e => e.AccountId == account && e.Act == "DeleteDistributor", Cancel)));
    }
}
