using System.Text.RegularExpressions;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>Pages without a session, or without a connection: they say so and lead on, none tries for ever.</summary>
[Collection(nameof(House))]
public sealed class SessionEnds(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task A_lost_connection_whose_session_is_over_leads_to_the_sign_in()
    {
        Foresee("status of 401", "Status code '401'", "WebSocket", "Connection disconnected");
        var marie = await Administrator.Of(this, House);
        var wires = new List<IWebSocketRoute>();
        await marie.Page.RouteWebSocketAsync(new Regex("/_blazor"), wire =>
        {
            wire.ConnectToServer();
            wires.Add(wire);
        });
        await marie.Visit("/users?state=active");
        await marie.Open("New mobile key");
        await marie.Leave();

        await marie.Page.Context.ClearCookiesAsync();
        foreach (var wire in wires)
            await wire.CloseAsync(new() { Code = 1001 });
        await Expect(marie.Page.GetByText("Your session has ended")).ToBeVisibleAsync();
        Assert.EndsWith("back=%2Fusers%3Fstate%3Dactive", marie.Page.Url, StringComparison.Ordinal);

        await marie.Page.GetByRole(AriaRole.Textbox, new() { Name = "E-mail" }).FillAsync(House.Email);
        await marie.Page.GetByLabel("Password").FillAsync(House.Password);
        await marie.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(marie.Page.GetByRole(AriaRole.Button, new() { Name = "New mobile key" })).ToBeVisibleAsync();
        Assert.EndsWith("/users?state=active", marie.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_finds_no_place_says_that_it_does_not_live()
    {
        Foresee("status of 503", "Status code '503'", "Circuit host not initialized", "SyntaxError");
        var marie = await Administrator.Of(this, House);
        await marie.Page.RouteAsync("**/_blazor/**", route => route.FulfillAsync(new() { Status = 503 }));
        await marie.Visit("/users");
        await Expect(marie.Page.GetByRole(AriaRole.Link, new() { Name = "Load again" }).First).ToBeVisibleAsync();
    }
}
