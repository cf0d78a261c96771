using System.Net.Http.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Readers;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Accounts;

public class SystemKeyTests(Houses houses)
{
    const string Path = "/api/v1/system-key";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static async Task<bool> Pairs(Site site, string systemKey)
    {
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var reader = new DoorReader(site);
        using var asked = await reader.Ask(reader.Request(code.Code, systemKey));
        if (asked.IsSuccessStatusCode)
            return true;
        Assert.Equal("pairing-proof-wrong", await Site.Problem(asked));
        return false;
    }

    [Theory, BothEngines]
    public async Task A_new_key_pairs_and_the_one_before_no_more(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (site, other) = (await server.NewSite(), await server.NewSite("Tower West"));
        using var paired = await new DoorReader(site).Pair();
        var id = Guid.NewGuid();
        var made = await site.Post<NewSystemKeyAnswer>(Path, new { id });

        Assert.Equal(Site.SystemIdText, made.SystemId);
        Assert.NotEqual(Site.SystemKeyText, made.SystemKey);
        Assert.False(await Pairs(site, Site.SystemKeyText));
        Assert.True(await Pairs(site, made.SystemKey));
        Assert.True(await Pairs(other, Site.SystemKeyText));
        // The paired one goes on: its link asks for no System Key.
        await paired.Begin();
        // A lost answer is not a lost key.
        Assert.Equal(made, await site.Post<NewSystemKeyAnswer>(Path, new { id }));
        Assert.True(await Pairs(site, made.SystemKey));

        var entry = await site.Read(db => db.AuditEntries.SingleAsync(a => a.AccountId == site.Id && a.Act == "NewSystemKey", Cancel));
        Assert.Equal(site.Id, entry.SubjectId);
        Assert.Contains(Site.SystemIdText, entry.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain(made.SystemKey, entry.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Logged, line => line.Contains(made.SystemKey, StringComparison.Ordinal));
    }

    [Theory, BothEngines]
    public async Task Only_an_owner_makes_one(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var manager = await site.Post<MakeApiTokenAnswer>("/api/v1/api-tokens", new { id = Guid.NewGuid(), name = "Manager" });
        using var client = site.House.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", manager.Token);
        await Problem.Is(client.PostAsJsonAsync(Path, new { id = Guid.NewGuid() }, Cancel), "role-too-low");
        Assert.Equal("id-missing", await site.Refused(Path, new { }));
        Assert.True(await Pairs(site, Site.SystemKeyText));
    }
}
