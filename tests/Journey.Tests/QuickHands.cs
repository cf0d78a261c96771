using System.Net;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>People who are faster than the page: it is drawn, but its circuit to the server does not live yet.</summary>
[Collection(nameof(House))]
public sealed class QuickHands(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task A_button_pressed_too_early_does_its_work_once_the_page_lives()
    {
        var marie = await Administrator.Of(this, House);
        var start = await HoldTheCircuit(marie.Page);
        await marie.Visit("/users");
        // Twice: only the last press counts, one dialog opens.
        var button = marie.Page.GetByRole(AriaRole.Button, new() { Name = "New mobile key" });
        await button.ClickAsync();
        await button.ClickAsync();
        Assert.Equal(0, await marie.Dialog.CountAsync());
        start();
        await Expect(marie.Dialog.GetByLabel("Full name")).ToBeFocusedAsync();
        await Expect(marie.Dialog).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task What_is_typed_too_early_is_looked_for_once_the_page_lives()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Hasty Typist", "hasty@example.com");
        var start = await HoldTheCircuit(marie.Page);
        await marie.Visit("/users");
        var find = marie.Page.GetByPlaceholder("Find a user or reader");
        await find.PressSequentiallyAsync("hasty");
        start();
        await Expect(marie.Page.GetByRole(AriaRole.Group, new() { Name = "Find a user or reader" })).ToContainTextAsync("Hasty Typist");
        await Expect(find).ToHaveValueAsync("hasty");
        await Expect(find).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_link_followed_too_early_stays_followed()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Early Bird", "early@example.com");
        var start = await HoldTheCircuit(marie.Page);
        await marie.Visit("/users");
        await marie.Page.GetByRole(AriaRole.Link, new() { Name = "Early Bird" }).ClickAsync();
        var title = marie.Page.GetByRole(AriaRole.Heading, new() { Level = 1 });
        await Expect(title).ToContainTextAsync("Early Bird");
        start();
        // Alive: its buttons work, and it is still the card.
        await marie.Page.GetByRole(AriaRole.Button, new() { Name = "Add device" }).ClickAsync();
        await Expect(marie.Dialog).ToContainTextAsync("Early Bird");
        await Expect(title).ToContainTextAsync("Early Bird");
        Assert.Matches("/users/[0-9]+$", marie.Page.Url);
    }

    [Fact]
    public async Task An_unknown_address_is_a_page_and_not_there()
    {
        Foresee("status of 404");
        var marie = await Administrator.Of(this, House);
        var answer = await marie.Page.GotoAsync(House.Console + "/nothing/here");
        Assert.Equal((int)HttpStatusCode.NotFound, answer!.Status);
        await Expect(marie.Page.GetByText("There is nothing at this address")).ToBeVisibleAsync();
        Assert.EndsWith("/nothing/here", marie.Page.Url, StringComparison.Ordinal);
        // Its circuit lives: a button works.
        await marie.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();
        await Expect(marie.Page.Locator("html")).ToHaveAttributeAsync("data-colours", "dark");

        var stranger = await Visitor();
        answer = await stranger.GotoAsync(House.Console + "/nothing/here");
        Assert.Equal((int)HttpStatusCode.NotFound, answer!.Status);
        await Expect(stranger.GetByText("There is nothing at this address")).ToBeVisibleAsync();

        var machine = await stranger.APIRequest.GetAsync(House.Console + "/api/v1/nothing");
        Assert.Equal((int)HttpStatusCode.NotFound, machine.Status);
        Assert.Equal("application/problem+json", machine.Headers["content-type"]);
    }

    /// <summary>The circuit begins when this says so.</summary>
    static async Task<Action> HoldTheCircuit(IPage page)
    {
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteAsync("**/_blazor/negotiate**", async route =>
        {
            await begin.Task;
            try
            {
                await route.ContinueAsync();
            }
            catch (PlaywrightException)
            {
                // Its page was left meanwhile.
            }
        });
        return begin.SetResult;
    }
}
