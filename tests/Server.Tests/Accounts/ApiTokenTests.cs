using System.Net;
using System.Net.Http.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Accounts;

public class ApiTokenTests(Houses houses)
{
    const string Path = "/api/v1/api-tokens";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<HttpResponseMessage> Try(Site site, object request) => site.Api.PostAsJsonAsync(Path, request, Site.Json, Cancel);

    static async Task<ApiTokenAnswer> Listed(Site site, Guid token) =>
        (await site.Get<ApiTokenListAnswer>(Path)).Tokens.Single(t => t.ApiTokenId == token);

    static async Task<HttpResponseMessage> Use(Site site, string token)
    {
        using var client = site.House.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return await client.GetAsync("/api/v1/users", Cancel);
    }

    [Theory, BothEngines]
    public async Task A_token_works_until_it_is_revoked_and_the_list_says_when_it_was_used(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var site = await server.NewSite();
        var made = await site.Post<MakeApiTokenAnswer>(Path, new { id = Guid.NewGuid(), name = " Directory ", role = "auditor" });
        var fresh = await Listed(site, made.ApiTokenId);
        Assert.Equal(("Directory", Role.Auditor, ApiTokenState.Active, "tests"), (fresh.Name, fresh.Role, fresh.State, fresh.CreatedBy));
        Assert.Null(fresh.LastUsedAt);
        Assert.DoesNotContain(made.Token, await site.Api.GetStringAsync(Path, Cancel), StringComparison.Ordinal);

        var first = server.Time.GetUtcNow();
        Assert.Equal(HttpStatusCode.OK, (await Use(site, made.Token)).StatusCode);
        Assert.Equal(first, (await Listed(site, made.ApiTokenId)).LastUsedAt);
        // Noted once a minute, not once a request.
        server.Time.Advance(BearerTokens.UsedNotedEach - TimeSpan.FromSeconds(1));
        await Use(site, made.Token);
        Assert.Equal(first, (await Listed(site, made.ApiTokenId)).LastUsedAt);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        await Use(site, made.Token);
        Assert.Equal(server.Time.GetUtcNow(), (await Listed(site, made.ApiTokenId)).LastUsedAt);

        var actor = new Actor(ActorKind.ApiToken, made.ApiTokenId, site.Id.ToString());
        var list = server.Get<ListApiTokens>();
        Assert.True((await list.Ask(actor, site.Id, Cancel)).Done);
        await site.Post<RevokeApiTokenAnswer>($"{Path}/{made.ApiTokenId}/revoke", new { id = Guid.NewGuid() });
        await Problem.Is(await Use(site, made.Token), "signed-out");
        // An act under way, such as a stream that was opened before, is refused as well.
        Assert.Equal(Server.Hosting.Refusal.SignedOut, (await list.Ask(actor, site.Id, Cancel)).Refused?.Refusal);
        Assert.Equal(ApiTokenState.Revoked, (await Listed(site, made.ApiTokenId)).State);
        Assert.Equal("state-unfit", await site.Refused($"{Path}/{made.ApiTokenId}/revoke", new { id = Guid.NewGuid() }));
        Assert.Equal("not-found", await site.Refused($"{Path}/{Guid.NewGuid()}/revoke", new { id = Guid.NewGuid() }));
        Assert.Equal(
            ["MakeApiToken", "RevokeApiToken"],
            await site.Read(db => db.AuditEntries.Where(a => a.AccountId == site.Id && a.SubjectId == made.ApiTokenId).OrderBy(a => a.Seq).Select(a => a.Act).ToListAsync(Cancel)));
    }

    [Theory, BothEngines]
    public async Task A_token_ends_at_its_moment(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var site = await server.NewSite();
        var made = await site.Post<MakeApiTokenAnswer>(
            Path, new { id = Guid.NewGuid(), name = "Visitors", endsAt = server.Time.GetUtcNow().AddHours(1) });
        Assert.Equal(Role.KeyManager, (await Listed(site, made.ApiTokenId)).Role);
        server.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await Use(site, made.Token)).StatusCode);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        await Problem.Is(await Use(site, made.Token), "signed-out");
        Assert.Equal(ApiTokenState.Ended, (await Listed(site, made.ApiTokenId)).State);
    }

    [Theory, BothEngines]
    public async Task A_token_that_works_is_listed_however_many_newer_ones_have_ended(Engine engine)
    {
        var server = await houses.Own(engine);
        var site = await server.NewSite();
        var oldest = await site.Post<MakeApiTokenAnswer>(Path, new { id = Guid.NewGuid(), name = "Oldest" });
        server.Time.Advance(TimeSpan.FromMinutes(1));
        var now = server.Time.GetUtcNow();
        var ends = now.AddMinutes(1);
        await server.Store.Write(
            db =>
            {
                for (var i = 0; i < ListApiTokens.EndedListedMax + 1; i++)
                {
                    db.ApiTokens.Add(new()
                    {
                        CustomerId = site.Id,
                        Id = Guid.NewGuid(),
                        Name = "Ended",
                        Hash = BearerTokens.Hash($"ended {i}"),
                        Role = Role.Auditor,
                        CreatedBy = site.Owner.Id,
                        CreatedAt = now,
                        EndsAt = i == 0 ? null : ends,
                        RevokedAt = i == 0 ? ends : null,
                    });
                }
                return Task.CompletedTask;
            },
            Cancel);
        server.Time.Advance(TimeSpan.FromMinutes(1));

        var tokens = (await site.Get<ApiTokenListAnswer>(Path)).Tokens;
        Assert.Equal(["Oldest", "tests"], tokens.Take(2).Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.Contains(tokens, t => t.ApiTokenId == oldest.ApiTokenId && t.State == ApiTokenState.Active);
        Assert.Equal(ListApiTokens.EndedListedMax, tokens.Count(t => t.State != ApiTokenState.Active));
    }

    [Theory, BothEngines]
    public async Task What_a_token_makes_ends_with_it_at_the_latest(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var site = await server.NewSite();
        var ends = server.Time.GetUtcNow().AddHours(2);
        var maker = await site.Post<MakeApiTokenAnswer>(Path, new { id = Guid.NewGuid(), name = "Maker", role = "owner", endsAt = ends });
        Assert.Equal(ends, maker.EndsAt);
        using var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", maker.Token);
        async Task<DateTimeOffset?> Ends(DateTimeOffset? asked)
        {
            using var response = await client.PostAsJsonAsync(Path, new { id = Guid.NewGuid(), name = "Made", role = "owner", endsAt = asked }, Site.Json, Cancel);
            var made = await Site.Done<MakeApiTokenAnswer>(response);
            Assert.Equal(made.EndsAt, (await Listed(site, made.ApiTokenId)).EndsAt);
            return made.EndsAt;
        }

        Assert.Equal(ends, await Ends(null));
        Assert.Equal(ends, await Ends(ends.AddSeconds(1)));
        Assert.Equal(ends.AddHours(-1), await Ends(ends.AddHours(-1)));
        // An endless maker and a person cap nothing.
        Assert.Null((await site.Post<MakeApiTokenAnswer>(Path, new { id = Guid.NewGuid(), name = "Endless" })).EndsAt);
    }

    [Theory, BothEngines]
    public async Task Each_fault_names_its_field_and_only_owners_make_and_revoke(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (site, other) = (await server.NewSite(), await server.NewSite("Tower West"));
        await Problem.Is(Try(site, new { name = "x" }), "id-missing", "id");
        await Problem.Is(Try(site, new { id = Guid.NewGuid() }), "name-missing", "name");
        await Problem.Is(Try(site, new { id = Guid.NewGuid(), name = new string('x', ApiToken.NameCharsMax + 1) }), "name-too-long", "name");
        await Problem.Is(Try(site, new { id = Guid.NewGuid(), name = "a\nb" }), "name-too-long", "name");
        await Problem.Is(Try(site, new { id = Guid.NewGuid(), name = "x", role = "god" }), "body-malformed", "role");
        await Problem.Is(Try(site, new { id = Guid.NewGuid(), name = "x", role = 7 }), "setting-out-of-range", "role");
        await Problem.Is(Try(site, new { id = Guid.NewGuid(), name = "x", endsAt = server.Time.GetUtcNow() }), "validity-over", "endsAt");

        var manager = await site.Post<MakeApiTokenAnswer>(Path, new { id = Guid.NewGuid(), name = "Manager" });
        using var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", manager.Token);
        await Problem.Is(client.PostAsJsonAsync(Path, new { id = Guid.NewGuid(), name = "More", role = "owner" }, Cancel), "role-too-low");
        await Problem.Is(client.PostAsJsonAsync($"{Path}/{manager.ApiTokenId}/revoke", new { id = Guid.NewGuid() }, Cancel), "role-too-low");
        Assert.Equal("not-found", await other.Refused($"{Path}/{manager.ApiTokenId}/revoke", new { id = Guid.NewGuid() }));
        Assert.DoesNotContain((await other.Get<ApiTokenListAnswer>(Path)).Tokens, t => t.ApiTokenId == manager.ApiTokenId);
    }
}
