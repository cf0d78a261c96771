using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Accounts;

/// <summary>The client makes the ids of what it creates. The answer to a request is forgotten after a day; what it made is not.</summary>
public class RequestIdTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task A_mobile_key(Engine engine) =>
        await MadeOnce(engine, "/api/v1/mobile-keys", id => new { id, name = "Jana", notify = false });

    [Theory, BothEngines]
    public async Task An_access_level(Engine engine) =>
        await MadeOnce(engine, "/api/v1/access-levels", id => new { id, name = "Night shift", allReaders = true });

    [Theory, BothEngines]
    public async Task A_pairing(Engine engine) => await MadeOnce(engine, "/api/v1/pairings", id => new { id });

    [Theory, BothEngines]
    public async Task An_api_token(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var make = site.House.Get<MakeApiToken>();
        var id = Guid.NewGuid();
        Assert.True((await make.Do(site.Owner, site.Id, new(id, "Cash desk"), CancellationToken.None)).Done);
        await Forget(site);
        var again = await make.Do(site.Owner, site.Id, new(id, "Cash desk"), CancellationToken.None);
        Assert.Equal((Refusal.IdReused, "id"), (again.Refused!.Refusal, again.Refused.Field));
    }

    async Task MadeOnce(Engine engine, string path, Func<Guid, object> body)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var other = await site.House.NewSite("Beta");
        var id = Guid.NewGuid();
        await site.Post<object>(path, body(id));
        await site.Post<object>(path, body(id));
        await Forget(site);
        Assert.Equal("id-reused", await site.Refused(path, body(id)));
        // Another customer's id is no concern of theirs, and tells them nothing.
        await other.Post<object>(path, body(id));
    }

    static Task<int> Forget(Site site) => site.Read(db => db.StoredRequests.Where(r => r.CustomerId == site.Id).ExecuteDeleteAsync());
}
