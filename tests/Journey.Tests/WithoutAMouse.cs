using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>People who use the keyboard only, and people whose language is another one.</summary>
[Collection(nameof(House))]
public sealed class WithoutAMouse(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task A_mobile_key_is_made_by_keys_alone()
    {
        var marie = await Administrator.Of(this, House);
        var page = marie.Page;
        await marie.Visit("/users");
        await marie.Lives();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "New mobile key" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("n");
        await Expect(marie.Dialog.GetByLabel("Full name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Hana Tichá");
        await page.Keyboard.PressAsync("Tab");
        await Expect(marie.Dialog.GetByLabel("E-mail")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("hana@example.com");
        await page.Keyboard.PressAsync("Enter");
        await Expect(marie.Dialog.GetByText("Waiting for the phone")).ToBeVisibleAsync();
        await Expect(marie.Dialog).ToContainTextAsync("Sent to Hana Tichá");

        await page.Keyboard.PressAsync("Escape");
        await Expect(marie.Dialog).Not.ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Hana Tichá" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("Tab")]
    [InlineData("Shift+Tab")]
    public async Task Focus_stays_in_the_dialog_and_returns_to_what_opened_it(string key)
    {
        var marie = await Administrator.Of(this, House);
        var page = marie.Page;
        await marie.Visit("/users");
        await marie.Lives();
        var opener = page.GetByRole(AriaRole.Button, new() { Name = "New mobile key" }).First;
        await opener.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(marie.Dialog.GetByLabel("Full name")).ToBeFocusedAsync();
        var stops = new HashSet<string>();
        for (var step = 0; step < 30; step++)
        {
            await page.Keyboard.PressAsync(key);
            // Asked at once: it is this side's own doing, nothing to wait for.
            stops.Add(await page.EvaluateAsync<string>(
                "() => { const now = document.activeElement; return now.closest('[role=dialog]') ? now.ariaLabel ?? (now.id || now.textContent) : 'outside: ' + now.outerHTML.slice(0, 200); }"));
        }
        Assert.DoesNotContain(stops, stop => stop.StartsWith("outside", StringComparison.Ordinal));
        Assert.Superset(new HashSet<string> { "Close", "field-name", "field-email", "field-validFrom", "field-validTo", "Cancel", "Create and send" }, stops);

        await page.Keyboard.PressAsync("Escape");
        await Expect(marie.Dialog).Not.ToBeVisibleAsync();
        await Expect(opener).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(marie.Dialog).Not.ToBeVisibleAsync();
        await Expect(opener).ToBeFocusedAsync();
    }

    [Fact]
    public async Task What_was_typed_is_not_thrown_away_by_Escape()
    {
        var marie = await Administrator.Of(this, House);
        await marie.Visit("/users");
        await marie.Lives();
        await marie.Page.GetByRole(AriaRole.Button, new() { Name = "New mobile key" }).First.ClickAsync();
        var name = marie.Dialog.GetByLabel("Full name");
        await name.FillAsync("Hana Ti");
        await marie.Page.Keyboard.PressAsync("Escape");
        // A way to the server and back: what Escape had set off would have come to pass.
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Change User ID" }).ClickAsync();
        await Expect(marie.Dialog.GetByLabel("Device name")).ToBeVisibleAsync();
        await Expect(name).ToHaveValueAsync("Hana Ti");
        await name.FillAsync("");
        await marie.Page.Keyboard.PressAsync("Escape");
        await Expect(marie.Dialog).Not.ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_Czech_browser_sees_Czech_pages()
    {
        var visitor = await Visitor(new() { Locale = "cs-CZ" });
        await visitor.GotoAsync(House.Console + "/users");
        await Expect(visitor.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Přihlášení");
        await visitor.GetByLabel("E-mail").FillAsync(House.Email);
        await visitor.GetByLabel("Heslo").FillAsync(House.Password);
        await visitor.GetByRole(AriaRole.Button, new() { Name = "Přihlásit se", Exact = true }).ClickAsync();
        foreach (var (path, title) in new[]
        {
            ("/users", "Uživatelé"), ("/readers", "Čtečky"), ("/events", "Události"), ("/messages", "Zprávy"), ("/mailbox", "Schránka"),
        })
        {
            await visitor.GotoAsync(House.Console + path);
            await Expect(visitor.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
            Assert.Equal("cs", await visitor.EvaluateAsync<string>("() => document.documentElement.lang"));
        }

        var phone = await Visitor(new() { Locale = "cs-CZ" });
        await phone.GotoAsync(House.Console + "/w/");
        await Expect(phone.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("V tomto telefonu není klíč");

        var door = await Visitor(new() { Locale = "cs-CZ" });
        await door.GotoAsync(House.MainEntrance.ToString());
        await Expect(door.GetByRole(AriaRole.Button, new() { Name = "Zatlačit do dveří" })).ToBeVisibleAsync();
    }
}
