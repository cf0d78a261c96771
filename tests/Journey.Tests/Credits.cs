using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>Credits go from operator to distributor to customer and back, as each of them sees it, and none of their pages and dialogs breaks a rule that a program can see.</summary>
[Collection(nameof(House))]
public sealed class Credits(House house) : Setting.Journey(house)
{
    const string Operator = "olga@latchkey.example";
    const string Distributor = "dan@nordic.example";

    readonly List<string> _violations = [];

    [Fact]
    public async Task Are_sold_passed_on_and_taken_back_and_both_sides_read_the_same()
    {
        var olga = await SignedIn(Operator);
        await olga.Visit("/credits");
        await olga.Open("Sell credit to Nordic Secure");
        await Look(olga, "sell");
        await olga.Dialog.GetByLabel("Number of credits").FillAsync("75");
        await Button(olga.Dialog, "Sell 75 credits").ClickAsync();
        await Expect(olga.Dialog).ToHaveCountAsync(0);
        await Expect(Line(olga, "Sale")).ToContainTextAsync("+75");
        await Button(olga.Page, "Check the ledger").ClickAsync();
        await Expect(olga.Page.GetByText("The ledger adds up")).ToBeVisibleAsync();
        await Look(olga, "credits");

        await olga.Page.GetByRole(AriaRole.Link, new() { Name = "Nordic Secure" }).First.ClickAsync();
        await Expect(Line(olga, "Purchase credit")).ToContainTextAsync("+75");
        await Look(olga, "statement of a distributor");
        await olga.Open("Take back");
        await Look(olga, "take back");

        var dan = await SignedIn(Distributor);
        await dan.Visit("/customers");
        // Other journeys make customers, too; this one is the demo's.
        await dan.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "demo0001" }).GetByRole(AriaRole.Link, new() { Name = "Alfa Reality", Exact = true }).First.ClickAsync();
        await dan.Page.GetByRole(AriaRole.Link, new() { Name = "Billing", Exact = true }).ClickAsync();
        await Expect(dan.Page.GetByText("Mobile keys cost no credit here.")).ToBeVisibleAsync();
        await Move(dan, "Transfer credit", "5", "Transfer 5 credits");
        await Expect(Line(dan, "Adding")).ToContainTextAsync("+5");
        await Move(dan, "Take back", "2", "Take back 2 credits");
        await Expect(Line(dan, "Refunding")).ToContainTextAsync("−2");
        await Look(dan, "billing of a customer");

        await dan.Visit("/billing");
        await Expect(Line(dan, "Refunding")).ToContainTextAsync("+2");
        await Expect(Line(dan, "Transfer")).ToContainTextAsync("−5");
        await Expect(Line(dan, "Purchase credit")).ToContainTextAsync("+75");
        await dan.Lives();
        await dan.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Search by name, User ID or type" }).FillAsync("refunding");
        await Expect(dan.Page.GetByRole(AriaRole.Rowheader, new() { Name = "Transfer" })).ToHaveCountAsync(0);
        await Expect(dan.Page.GetByRole(AriaRole.Rowheader, new() { Name = "Refunding" }).First).ToBeVisibleAsync();
        await Look(dan, "billing");

        var export = await dan.Page.RunAndWaitForDownloadAsync(() => dan.Page.GetByRole(AriaRole.Link, new() { Name = "Export as CSV" }).ClickAsync());
        Assert.Contains("Refunding,2,Credit refunded from Alfa Reality", await File.ReadAllTextAsync(await export.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(_violations);
    }

    async Task Move(Administrator who, string button, string amount, string act)
    {
        await who.Open(button);
        await Look(who, button);
        await who.Dialog.GetByLabel("Number of credits").FillAsync(amount);
        await Button(who.Dialog, act).ClickAsync();
        await Expect(who.Dialog).ToHaveCountAsync(0);
    }

    static ILocator Button(ILocator within, string name) => within.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    static ILocator Button(IPage within, string name) => within.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>The newest line of that type.</summary>
    static ILocator Line(Administrator who, string type) =>
        who.Page.GetByRole(AriaRole.Row).Filter(new() { Has = who.Page.GetByRole(AriaRole.Rowheader, new() { Name = type }) }).First;

    async Task<Administrator> SignedIn(string email)
    {
        var page = await Visitor(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        await page.GotoAsync(House.Console + "/sign-in");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "E-mail" }).FillAsync(email);
        await page.GetByLabel("Password").FillAsync(House.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();
        return new(House, page);
    }

    async Task Look(Administrator who, string where) => _violations.AddRange(await Axe.Violations(who.Page, where));
}
