using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>Somebody left signed in at another machine is signed out from this one.</summary>
[Collection(nameof(House))]
public sealed class SignIns(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task One_elsewhere_is_seen_and_ended()
    {
        var (here, elsewhere) = (new Administrator(House, await Visitor(new())), new Administrator(House, await Visitor(new())));
        await here.SignIn();
        await elsewhere.SignIn();
        await here.Lives();
        await here.Page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        await here.Page.GetByRole(AriaRole.Button, new() { Name = "Sign-ins" }).ClickAsync();
        var rows = here.Dialog.GetByRole(AriaRole.Listitem);
        await Expect(rows.First).ToContainTextAsync("This one");
        // The newest of the others stands next.
        await Expect(rows.Nth(1)).ToContainTextAsync("Chrome, Linux");
        var before = await rows.CountAsync();
        await rows.Nth(1).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(here.Page.GetByText("1 sign-in ended.")).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(before - 1);

        await elsewhere.Visit("/readers");
        await Expect(elsewhere.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
        await here.Visit("/readers");
        await Expect(here.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Readers");
    }
}
