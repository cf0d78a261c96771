using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Latchkey.Protocol.Events;
using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Readers;
using Latchkey.Server.Tests.Setting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Latchkey.Server.Tests.Accounts;

/// <summary>Every route that needs a token, asked by nobody, by another customer, by a lesser role and by a deleted customer.</summary>
public partial class IsolationTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="Body">What the route reads.</param>
    sealed record Route(string Method, string Pattern, Type? Body);

    /// <summary>Nobody hears of faults in a request about a thing that is not there.</summary>
    static readonly Dictionary<string, object?> Faulty = new()
    {
        ["id"] = Guid.NewGuid(),
        ["name"] = "\n",
        ["email"] = "nobody",
        ["why"] = new string('x', 1000),
        ["to"] = -1,
        ["validFrom"] = DateTimeOffset.UnixEpoch,
        ["validTo"] = DateTimeOffset.UnixEpoch,
    };

    static readonly Dictionary<string, object?> Fields = new()
    {
        ["id"] = Guid.NewGuid(),
        ["name"] = "Jana",
        ["email"] = "jana@example.com",
        ["why"] = "because",
        ["to"] = 1,
        ["validFrom"] = DateTimeOffset.UnixEpoch,
        ["validTo"] = null,
    };

    static List<Route> Routes(House server) =>
    [
        .. from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           where endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy == AccountsSetup.ApiPolicy)
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
           select new Route(method, "/" + endpoint.RoutePattern.RawText!.Trim('/'), endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType),
    ];

    /// <param name="ids">An id for every parameter of every route; null makes them up.</param>
    static HttpRequestMessage Request(Route route, Dictionary<string, string>? ids, string? token, Dictionary<string, object?>? fields = null)
    {
        var path = Parameter.Replace(route.Pattern, m => ids is null
            ? m.Groups[2].Value is "long" or "int" ? "1" : Guid.NewGuid().ToString()
            : ids.TryGetValue(m.Groups[1].Value, out var id) ? id : throw new InvalidOperationException($"No id for {m.Value} of {route}."));
        var request = new HttpRequestMessage(new HttpMethod(route.Method), path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (route.Body is { } body)
        {
            var known = body.GetProperties().Select(p => p.Name.ToLowerInvariant()).ToHashSet();
            request.Content = JsonContent.Create((fields ?? Fields).Where(f => known.Contains(f.Key.ToLowerInvariant())).ToDictionary());
        }
        return request;
    }

    [GeneratedRegex(@"\{(\w+)(?::(\w+))?\}")]
    private static partial Regex Parameter { get; }

    [Theory, BothEngines]
    public async Task There_are_routes_to_test(Engine engine) =>
        Assert.Contains(Routes(await houses.Of(this, engine)), r => r is { Method: "POST", Pattern: "/api/v1/mobile-keys/{key:guid}/revoke", Body.Name: "RevokeMobileKeyRequest" });

    [Theory, BothEngines]
    public async Task Nobody_and_a_wrong_token_are_signed_out_everywhere(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        using var client = server.NewClient();
        foreach (var route in Routes(server))
        foreach (var token in new[] { null, "lk_wrong", house.Token + "x", house.Token[3..] })
            await Problem.Is(client.SendAsync(Request(route, null, token), Cancel), "signed-out");
    }

    [Theory, BothEngines]
    public async Task Another_customers_things_are_not_there(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (own, other) = (await server.NewSite(), await server.NewSite("Tower West"));
        var ids = await Things(other);
        var before = await Everything(other);
        using var client = server.NewClient();
        foreach (var route in Routes(server).Where(r => r.Pattern.Contains('{', StringComparison.Ordinal)))
        foreach (var fields in new[] { Fields, Faulty })
            await Problem.Is(client.SendAsync(Request(route, ids, own.Token, fields), Cancel), "not-found");
        var list = await own.Api.GetStringAsync("/api/v1/users", Cancel);
        Assert.DoesNotContain("Jana", list, StringComparison.Ordinal);
        Assert.Equal(before, await Everything(other));
        // To their owner they are all there: what was refused above was not refused for being nothing.
        foreach (var route in Routes(server).Where(r => r.Method == "GET" && r.Pattern.Contains('{', StringComparison.Ordinal)))
        {
            using var there = await client.SendAsync(Request(route, ids, other.Token), Cancel);
            Assert.True(there.IsSuccessStatusCode, $"{route}: {there.StatusCode}");
        }
    }

    /// <summary>One of each thing that a route can name.</summary>
    internal static async Task<Dictionary<string, string>> Things(Site site)
    {
        var invited = await site.Issue();
        using var phone = new RawPhone(site.House);
        await phone.MustActivate(invited.Code);
        using var reader = await new DoorReader(site).Ready();
        await reader.Bring(reader.Happen(EventKind.Decision, new()
        {
            Reason = Latchkey.Protocol.Decisions.Reason.Granted,
            Salt = new byte[EventPayload.SaltBytes],
        }));
        // One that waits for a confirmation, so that a stranger's would count.
        var pairing = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var asking = new DoorReader(site);
        using var asked = await asking.Ask(asking.Request(pairing.Code, name: "Side door"));
        await Site.Done<AskForPairingAnswer>(asked);
        var level = await site.Post<AccessLevelAnswer>("/api/v1/access-levels", new { id = Guid.NewGuid(), name = "Cellar", readerIds = new[] { reader.Id } });
        var token = await site.House.Get<MakeApiToken>().Do(site.Owner, site.Id, new(Guid.NewGuid(), "Other", Role.Auditor), Cancel);
        var stored = await site.Read(db => db.Events.Where(e => e.CustomerId == site.Id && e.Kind == (int)EventKind.Decision).Select(e => e.Arrival).SingleAsync(Cancel));
        return new()
        {
            ["user"] = invited.UserId.ToString(),
            ["key"] = invited.MobileKeyId.ToString(),
            ["device"] = (await site.Key(invited.MobileKeyId)).DeviceId.ToString(),
            ["reader"] = reader.Id.ToString(),
            ["pairing"] = pairing.PairingId.ToString(),
            ["level"] = level.LevelId.ToString(),
            ["token"] = token.Value!.ApiTokenId.ToString(),
            ["id"] = stored.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    [Theory, BothEngines]
    public async Task An_auditor_changes_nothing(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var token = await server.Get<MakeApiToken>().Do(house.Owner, house.Id, new(Guid.NewGuid(), "Auditor", Role.Auditor), Cancel);
        var ids = await Things(house);
        var before = await Everything(house);
        using var client = server.NewClient();
        foreach (var route in Routes(server).Where(r => r.Method != "GET"))
            await Problem.Is(client.SendAsync(Request(route, ids, token.Value!.Token), Cancel), "role-too-low");
        Assert.Equal(before, await Everything(house));
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(Request(new("GET", "/api/v1/users", null), ids, token.Value!.Token), Cancel)).StatusCode);
    }

    [Theory, BothEngines]
    public async Task In_a_deleted_customer_nobody_acts_and_a_revoked_token_is_nobodys(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var routes = Routes(server);
        using var client = server.NewClient();
        await house.Delete(house.Id);
        foreach (var route in routes)
            await Problem.Is(client.SendAsync(Request(route, null, house.Token), Cancel), "not-found");
        await server.Store.Write(
            db => db.ApiTokens.Where(t => t.CustomerId == house.Id).ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, server.Time.GetUtcNow()), Cancel), Cancel);
        foreach (var route in routes)
            await Problem.Is(client.SendAsync(Request(route, null, house.Token), Cancel), "signed-out");
    }

    [Theory, BothEngines]
    public async Task An_act_asks_the_store_whether_the_session_still_stands(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (house, other) = (await server.NewSite(), await server.NewSite("Tower West"));
        var make = server.Get<MakeApiToken>();
        async Task<Server.Hosting.Refusal?> Try(Actor actor, Guid account) =>
            (await make.Do(actor, account, new(Guid.NewGuid(), "x"), Cancel)).Refused?.Refusal;
        Assert.Null(await Try(house.Owner, house.Id));
        Assert.Equal(Server.Hosting.Refusal.NotFound, await Try(house.Owner, other.Id));
        Assert.Equal(Server.Hosting.Refusal.NotFound, await Try(house.Owner, house.DistributorId));
        Assert.Equal(Server.Hosting.Refusal.NotFound, await Try(house.Owner, Guid.NewGuid()));
        Assert.Equal(Server.Hosting.Refusal.SignedOut, await Try(Actor.Nobody, house.Id));
        Assert.Equal(Server.Hosting.Refusal.SignedOut, await Try(house.Owner with { Stamp = "old" }, house.Id));
        Assert.Equal(Server.Hosting.Refusal.SignedOut, await Try(house.Owner with { Session = other.Owner.Session }, house.Id));
        await server.Store.Write(
            db => db.Sessions.Where(s => s.Id == house.Owner.Session).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, server.Time.GetUtcNow()), Cancel), Cancel);
        Assert.Equal(Server.Hosting.Refusal.SignedOut, await Try(house.Owner, house.Id));
        server.Time.Advance(TimeSpan.FromHours(Session.LifeHours));
        Assert.Equal(Server.Hosting.Refusal.SignedOut, await Try(other.Owner, other.Id));
    }

    // Whatever an act could have touched.
    static Task<string> Everything(Site house) => house.Read(async db => string.Join('|',
        await db.AuditHeads.Where(h => h.AccountId == house.Id).Select(h => h.Seq).SingleAsync(Cancel),
        await db.FeedCounters.Where(f => f.CustomerId == house.Id).Select(f => f.Seq).SingleAsync(Cancel),
        await db.MobileKeys.CountAsync(k => k.CustomerId == house.Id, Cancel),
        await db.Messages.CountAsync(m => m.CustomerId == house.Id, Cancel),
        await db.Readers.CountAsync(r => r.CustomerId == house.Id && r.DeletedAt == null, Cancel),
        await db.AccessLevels.CountAsync(l => l.CustomerId == house.Id, Cancel),
        await db.ApiTokens.CountAsync(t => t.CustomerId == house.Id && t.RevokedAt == null, Cancel),
        string.Join(',', await db.ReaderPairings.Where(p => p.CustomerId == house.Id).OrderBy(p => p.Id).Select(p => p.State).ToListAsync(Cancel))));
}
