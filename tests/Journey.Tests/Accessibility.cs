using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>No screen of the wallet, no page or dialog of the console and no part of the door's page breaks a rule of WCAG 2.2 A or AA that a program can see, in light and dark, wide and narrow.</summary>
[Collection(nameof(House))]
public sealed class Accessibility(House house) : Setting.Journey(house)
{
    readonly List<string> _violations = [];

    [Fact]
    public async Task Of_the_wallets_screens_and_the_door()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Emil Rychlý", "emil@example.com");
        var link = await marie.ShownLink();
        var phone = await Phone.Of(this);
        var page = phone.Page;
        await page.GotoAsync(House.Console + "/w/");
        await Expect(phone.Headline).ToHaveTextAsync("No key on this phone");
        await Look(page, "wallet, empty");
        await page.GetByRole(AriaRole.Button, new() { Name = "Type or scan a code" }).ClickAsync();
        await Expect(phone.Headline).ToHaveTextAsync("Bring your code");
        await Look(page, "wallet, code");
        await page.GotoAsync("about:blank");
        await phone.Follow(link);
        await Look(page, "wallet, arrival");
        await phone.Activate();
        await Look(page, "wallet, keys");
        await phone.LookAt("Main entrance");
        await Look(page, "wallet, door");
        await phone.GoHome();
        await page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await Expect(phone.Headline).ToHaveTextAsync("Settings");
        await Look(page, "wallet, settings");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keys", Exact = true }).ClickAsync();

        await marie.VisitUser("Emil Rychlý");
        await marie.Suspend();
        await phone.Open("Main entrance");
        await Expect(phone.Headline).ToHaveTextAsync("Key on hold");
        await Look(page, "wallet, refused");
        var door = await VirtualDoor.Of(this, House.MainEntrance);
        await Look(door.Page, "door page");
        Assert.Empty(_violations);
    }

    [Fact]
    public async Task Of_the_consoles_pages_and_dialogs()
    {
        var stranger = await Visitor();
        await stranger.GotoAsync(House.Console + "/sign-in");
        await stranger.GetByRole(AriaRole.Textbox, new() { Name = "E-mail" }).FillAsync("nobody@example.com");
        await stranger.GetByLabel("Password").FillAsync("wrong");
        await stranger.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(stranger.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Look(stranger, "sign-in, refused");

        var marie = await Administrator.Of(this, House);
        var page = marie.Page;
        var story = await Story.Of(this, House, marie, "Ivana Malá", "Jonas Dahl", "Klára Nová");
        foreach (var path in story.ConsolePages.Append("/api-tokens"))
        {
            await marie.Visit(path);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
            await Look(page, path);
        }
        foreach (var (path, button) in new[]
        {
            ("/users", "New mobile key"), (story.OpenersPage, "Edit"), (story.OpenersPage, "Delete user"), (story.OpenersPage, "Add device"),
            (story.OpenersPage, "Change validity"), (story.OpenersPage, "Revoke key"), (story.OpenersPage, "Rename"), (story.OpenersPage, "Remove"),
            (story.InvitedsPage, "New code"), ("/readers", "New reader"), (story.ReaderPage, "Edit"), (story.ReaderPage, "Open once"),
            (story.ReaderPage, "Delete reader"), ("/api-tokens", "New API token"),
        })
        {
            await marie.Visit(path);
            await marie.Open(button);
            await Look(page, $"{path}, {button}");
        }
        await marie.NewMobileKey("Lukáš Holý", "lukas@example.com");
        await Look(page, "hand-over");
        Assert.Empty(_violations);
    }

    [Fact]
    public async Task Of_the_pages_of_operators_and_distributors()
    {
        foreach (var (email, paths, dialogs) in new[]
        {
            ("olga@latchkey.example", new[] { "/", "/workplace", "/distributors", "/credits", "/health", "/audit", "/administrators" },
                new[] { ("/distributors", "New distributor"), ("/administrators", "Create account") }),
            ("dan@nordic.example", ["/", "/workplace", "/customers", "/billing", "/audit"], [("/customers", "New customer")]),
        })
        {
            var page = await Visitor(new() { ColorScheme = ColorScheme.Dark, ViewportSize = new() { Width = 1440, Height = 900 } });
            var administrator = new Administrator(House, page);
            await administrator.SignIn(email);
            foreach (var path in paths)
            {
                await administrator.Visit(path);
                await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
                await administrator.Lives();
                await Look(page, path);
            }
            foreach (var (path, button) in dialogs)
            {
                await administrator.Visit(path);
                await administrator.Open(button);
                await Look(page, $"{path}, {button}");
            }
            // The card of the first account below, tab by tab.
            await administrator.Visit(email.StartsWith("olga", StringComparison.Ordinal) ? "/distributors" : "/customers");
            await administrator.Lives();
            await page.Locator("main tbody th a").First.ClickAsync();
            await Expect(page.Locator(".tabs")).ToBeVisibleAsync();
            var card = new Uri(page.Url).AbsolutePath;
            foreach (var tab in new[] { "general", "mobile-key", "billing", "account" })
            {
                await administrator.Visit($"{card}?tab={tab}");
                await administrator.Lives();
                await Look(page, $"{card}, {tab}");
            }
        }
        var marie = await Administrator.Of(this, House);
        foreach (var tab in new[] { "general", "mobile-key", "account" })
        {
            await marie.Visit($"/settings?tab={tab}");
            await Expect(marie.Page.Locator(".tabs")).ToBeVisibleAsync();
            await marie.Lives();
            await Look(marie.Page, $"settings, {tab}");
        }
        Assert.Empty(_violations);
    }

    [Fact]
    public async Task Of_the_operators_health_features_and_audit()
    {
        var olga = await Administrator.As(this, House, "olga@latchkey.example");
        var page = olga.Page;
        foreach (var (path, says) in new[] { ("/audit", "Every act"), ("/health", "Clock"), ("/features", "Mobile access") })
        {
            await olga.Visit(path);
            await olga.Lives();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
            await Expect(page.GetByRole(AriaRole.Main).GetByText(says).First).ToBeVisibleAsync();
            await Look(page, path);
        }
        // An operator forbids it for all; whose word it was, and whose it is to change, stands there. Then all is as before.
        var chosen = page.GetByRole(AriaRole.Combobox, new() { Name = "Opening from the console" });
        await chosen.SelectOptionAsync("Off");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Opening from the console" })).ToContainTextAsync("Owners at Latchkey demo");
        await Look(page, "/features, off");
        await chosen.SelectOptionAsync("As above");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Opening from the console" })).ToContainTextAsync("nobody, allowed from the start");
        await olga.Visit("/audit");
        await olga.Lives();
        await page.GetByRole(AriaRole.Button, new() { Name = "Check now" }).ClickAsync();
        await Expect(page.GetByText("Complete since")).ToBeVisibleAsync();
        await Look(page, "/audit, checked");
        Assert.Empty(_violations);
    }

    [Fact]
    public async Task Of_signing_in_and_of_who_does()
    {
        var stranger = await Visitor();
        foreach (var path in new[] { "/invitation", "/new-password" })
        {
            await stranger.GotoAsync(House.Console + path + "#nonsense");
            await Expect(stranger.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
            await Look(stranger, path);
        }
        await stranger.GotoAsync(House.Console + "/forgotten");
        await Look(stranger, "/forgotten");

        var marie = await Administrator.Of(this, House);
        foreach (var (path, button) in new[] { ("/administrators", "Create account"), ("/profile", "Turn on"), ("/profile", "Add a passkey") })
        {
            await marie.Visit(path);
            await marie.Lives();
            await Look(marie.Page, path);
            await marie.Open(button);
            await Look(marie.Page, $"{path}, {button}");
        }
        Assert.Empty(_violations);
    }

    async Task Look(IPage page, string where) => _violations.AddRange(await Axe.Violations(page, where));
}
