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
        // The shortcut of the page; pressed again while the page is not alive yet.
        for (var tries = 0; tries < 10 && !await marie.Dialog.IsVisibleAsync(); tries++)
        {
            await page.Keyboard.PressAsync("n");
            await page.WaitForTimeoutAsync(1_000);
        }
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

    [Fact]
    public async Task Focus_stays_in_the_dialog_until_Escape_closes_it()
    {
        var marie = await Administrator.Of(this, House);
        var page = marie.Page;
        await marie.Visit("/users");
        var opener = page.GetByRole(AriaRole.Button, new() { Name = "New mobile key" }).First;
        await marie.OpenBy(opener, marie.Dialog);
        for (var step = 0; step < 25; step++)
        {
            await page.Keyboard.PressAsync("Tab");
            await Expect(marie.Dialog.Locator(":focus")).ToHaveCountAsync(1);
        }
        await page.Keyboard.PressAsync("Escape");
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
        await visitor.GetByRole(AriaRole.Button, new() { Name = "Přihlásit se" }).ClickAsync();
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
