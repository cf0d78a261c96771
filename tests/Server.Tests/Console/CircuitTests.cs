using System.Net;
using System.Net.WebSockets;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Console;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Latchkey.Server.Tests.Console;

/// <summary>Who gets a circuit: sessions that stand, and never so many that readers find no place.</summary>
public class CircuitTests(Houses houses)
{
    const string Office = "192.0.2.30";
    const string Elsewhere = "198.51.100.30";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", "POST")]
    [InlineData("/_blazor/initializers", "GET")]
    [InlineData("/_blazor", "GET")]
    public async Task A_stranger_gets_none(string path, string method)
    {
        using var client = (await houses.Shared(Engine.Sqlite)).NewClient();
        using var answer = await client.SendAsync(new(new(method), path), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task What_pages_are_made_of_is_there_for_strangers()
    {
        using var client = (await houses.Shared(Engine.Sqlite)).NewClient();
        foreach (var path in new[] { "/sign-in", "/_framework/blazor.web.js", "/console.css" })
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path, Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/nothing/here")]
    public async Task A_strangers_page_asks_for_none(string path)
    {
        var site = await (await houses.Shared(Engine.Sqlite)).NewSite();
        using var client = site.House.NewClient();
        var page = await (await client.GetAsync(path, Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("class=\"gate\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--Blazor:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("blazor.web.js", page, StringComparison.Ordinal);

        client.DefaultRequestHeaders.Add("Cookie", await SignedIn(site));
        page = await (await client.GetAsync("/users", Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("<!--Blazor:", page, StringComparison.Ordinal);
    }

    [Theory, BothEngines]
    public async Task A_session_gets_one_while_it_stands(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var cookie = await SignedIn(site);
        using var socket = await Connect(site, cookie, Elsewhere);
        Assert.Equal(WebSocketState.Open, socket.State);

        await site.House.Store.Write(
            db => db.Sessions.Where(s => s.AdministratorId == site.Owner.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, site.House.Time.GetUtcNow()), Cancel), Cancel);
        using var client = site.House.NewClient();
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        using var answer = await client.PostAsync("/_blazor/negotiate?negotiateVersion=1", null, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task One_that_outlives_its_session_is_cut()
    {
        var site = await (await houses.Own(Engine.Sqlite)).NewSite();
        using var socket = await Connect(site, await SignedIn(site), Elsewhere);
        site.House.Time.Advance(TimeSpan.FromHours(Session.LifeHours) + CircuitGate.FarewellTime);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            // Its handshake may be answered before; the connection's end is a fault, not a farewell.
            while (true)
                await socket.ReceiveAsync(new byte[1024], Cancel);
        });
        Assert.NotEqual(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task One_network_takes_no_more_than_its_places_and_leaves_them_free()
    {
        var site = await (await houses.Own(Engine.Sqlite)).NewSite();
        var cookie = await SignedIn(site);
        var sockets = new List<WebSocket>();
        for (var n = 0; n < Connections.CircuitsPerNetworkMax; n++)
            sockets.Add(await Connect(site, cookie, Office));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Negotiate(site, cookie, Office));
        Assert.Equal(HttpStatusCode.OK, await Negotiate(site, cookie, Elsewhere));

        foreach (var socket in sockets)
            socket.Abort();
        while (await Negotiate(site, cookie, Office) != HttpStatusCode.OK)
            await Task.Delay(10, Cancel);
    }

    static async Task<HttpStatusCode> Negotiate(Site site, string cookie, string address)
    {
        using var client = site.House.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Cookie", cookie);
        request.Headers.Add(House.AddressHeader, address);
        using var answer = await client.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    static Task<WebSocket> Connect(Site site, string cookie, string address)
    {
        var client = site.House.Server.CreateWebSocketClient();
        client.ConfigureRequest = request => (request.Headers.Cookie, request.Headers[House.AddressHeader]) = (cookie, address);
        return client.ConnectAsync(new Uri(site.House.Server.BaseAddress, "/_blazor"), Cancel);
    }

    /// <summary>The cookie of a new session of the site's owner.</summary>
    static async Task<string> SignedIn(Site site)
    {
        var http = new DefaultHttpContext { RequestServices = site.House.Services.CreateScope().ServiceProvider };
        http.Connection.RemoteIpAddress = IPAddress.Parse(Elsewhere);
        Assert.True((await site.House.Get<SignIn>().Do(http, site.Email, Site.Password, Cancel)).Done);
        return http.Response.Headers.SetCookie.ToString().Split(';')[0];
    }
}
