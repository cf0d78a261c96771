using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Latchkey.Server.Tests.Hosting;

/// <summary>What an integrator may get wrong, and is told by name.</summary>
public class RequestTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mistake_about_time_names_its_field_and_widens_nothing()
    {
        var site = await (await houses.Shared(Engine.Sqlite)).NewSite();
        var invited = await site.Invite();
        var before = await site.Key(invited.MobileKeyId);
        var (from, to) = (site.House.Time.GetUtcNow(), site.House.Time.GetUtcNow().AddDays(1));
        await Wrong(new { id = Guid.NewGuid(), validTo = to }, "validFrom");
        await Wrong(new { id = Guid.NewGuid(), validFrom = (DateTimeOffset?)null, validTo = to }, "validFrom");
        await Wrong(new { id = Guid.NewGuid(), validFrom = from }, "validTo");
        await Wrong(new { id = Guid.NewGuid(), validFrom = from, validTo = to, validUntil = to }, "validUntil");
        foreach (var text in new[] { "2027-01-01T00:00:00", "2027-01-01T00:00:00.123", "2027-01-01T00:00", "2027-01-01", "1 January 2027 12:00Z", "", "Z" })
            await Wrong(new { id = Guid.NewGuid(), validFrom = from, validTo = text }, "validTo");
        await Problem.Is(
            site.Api.PostAsJsonAsync("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Jana", notify = false, validUntil = to }, Cancel), "body-malformed", "validUntil");
        var problem = await Problem.Is(
            await site.Api.PostAsJsonAsync("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Jana", notify = false, validTo = "2027-01-01T00:00:00" }, Cancel),
            "body-malformed", "validTo");
        Assert.Equal(Moment.Words, problem.GetProperty("detail").GetString());
        var after = await site.Key(invited.MobileKeyId);
        Assert.Equal((before.ValidFrom, before.ValidTo), (after.ValidFrom, after.ValidTo));

        foreach (var text in new[] { "2027-01-01T00:00:00Z", "2027-01-01T01:00:00.0000000+01:00", "2026-12-31T19:00-05:00" })
        {
            using var done = await site.Act(invited.MobileKeyId, "validity", new { id = Guid.NewGuid(), validFrom = from, validTo = text });
            Assert.Equal(HttpStatusCode.OK, done.StatusCode);
            Assert.Equal(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), (await site.Key(invited.MobileKeyId)).ValidTo);
        }

        Task Wrong(object request, string field) => Problem.Is(site.Act(invited.MobileKeyId, "validity", request), "body-malformed", field);
    }

    [Fact]
    public async Task Every_act_knows_its_fields_and_phones_and_readers_may_say_more()
    {
        var house = await houses.Shared(Engine.Sqlite);
        var bodies = house.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal) && e.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not null)
            .ToLookup(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null, e => e.Metadata.GetMetadata<IAcceptsMetadata>()!.RequestType!);
        Assert.All(bodies[true], type => Assert.True(StrictRequests.IsAct(type), type.Name));
        Assert.All(bodies[false], type => Assert.False(StrictRequests.IsAct(type), type.Name));
        Assert.True(bodies[true].Count() > 15 && bodies[false].Count() >= 8);

        using var phone = new RawPhone(house);
        await Problem.Is(phone.Post("look", new { code = "ABCD", colour = "red" }), "code-incomplete", "code");
    }

    [Theory, BothEngines]
    public async Task Every_parameter_of_an_address_is_named_when_it_cannot_be_read(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var description = JsonDocument.Parse(await site.Api.GetStringAsync("/api/openapi.json", Cancel));
        var parameters = (
            from path in description.RootElement.GetProperty("paths").EnumerateObject()
            from method in path.Value.EnumerateObject()
            where method.Name == "get" && method.Value.TryGetProperty("parameters", out _)
            from parameter in method.Value.GetProperty("parameters").EnumerateArray()
            where parameter.GetProperty("in").GetString() == "query"
            select (Path: path.Name, Name: parameter.GetProperty("name").GetString()!)).ToList();
        Assert.True(parameters.Count > 8);
        foreach (var (path, name) in parameters.Where(p => p.Name != "search"))
        {
            using var answer = await site.Api.GetAsync($"{path}?{name}=x%00y", Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
            Assert.Equal(name, problem.RootElement.GetProperty("field").GetString());
        }
        await Problem.Is(site.Api.GetAsync("/api/v1/events?limit=abc", Cancel), "body-malformed", "limit");
        await Problem.Is(site.Api.GetAsync("/api/v1/events?from=2027-01-01T00:00:00", Cancel), "body-malformed", "from");
        foreach (var good in new[] { "2027-01-01T00:00:00Z", "2027-01-01T00:00:00%2B01:00", "2027-01-01T00:00:00-05:00" })
        {
            using var answer = await site.Api.GetAsync("/api/v1/events?to=" + good, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory, BothEngines]
    public async Task A_forged_cursor_is_refused_and_asks_the_store_nothing(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        foreach (var name in new[] { "\0", "a\u001b", "\u0085" })
        {
            var cursor = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(new string('0', 32) + name));
            await Problem.Is(site.Api.GetAsync("/api/v1/users?after=" + cursor, Cancel), "body-malformed", "after");
        }
    }
}
