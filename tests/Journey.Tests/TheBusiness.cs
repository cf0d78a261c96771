using System.Text.RegularExpressions;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>From the operator's first sale to a key in a customer's building, and back out; the credits add up on both sides.</summary>
[Collection(nameof(House))]
public sealed partial class TheBusiness(House house) : Setting.Journey(house)
{
    const string DistributorsPassword = "four words for Dan";

    [Theory]
    [InlineData("en", "Bohemia Locks", "BOHE", "Alfa Reality Two")]
    [InlineData("cs", "Moravské zámky", "MORA", "Beta bydlení")]
    public async Task Is_done_by_operator_distributor_and_customer(string language, string distributor, string code, string customer)
    {
        var say = new Words(language);
        var options = new BrowserNewContextOptions { Locale = language == "cs" ? "cs-CZ" : "en-GB", ViewportSize = new() { Width = 1440, Height = 900 } };
        var dan = $"{Guid.NewGuid():N}@nordic.example";

        // The operator makes a distributor, gives it an administrator and sells it 75 credits.
        var operators = await SignIn("olga@latchkey.example", House.Password, options);
        await Press(operators, Link(operators, "Latchkey demo").First);
        await Open(operators, "/distributors", say["NewDistributor.Title"]);
        await Fill(operators, "name", distributor);
        await Fill(operators, "code", code);
        await InDialog(operators, say["NewDistributor.Do"]);
        await Expect(Heading(operators)).ToContainTextAsync(distributor);
        var card = new Uri(operators.Url).AbsolutePath;
        await Open(operators, $"{card}?tab=account", say["Admins.New"]);
        await Fill(operators, "email", dan);
        await operators.GetByLabel(say["NewAdmin.ByPassword"]).CheckAsync();
        await Fill(operators, "password", DistributorsPassword);
        await Fill(operators, "confirm", DistributorsPassword);
        await InDialog(operators, say["NewAdmin.Do"]);
        await Expect(operators.GetByRole(AriaRole.Cell, new() { Name = dan }).Or(operators.GetByText(dan)).First).ToBeVisibleAsync();
        await Open(operators, $"{card}?tab=billing", say["Credit.Sell"]);
        await Fill(operators, "amount", "75");
        await operators.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button).Last.ClickAsync();
        await Expect(operators.GetByRole(AriaRole.Dialog)).Not.ToBeVisibleAsync();
        await Expect(Row(operators, 0)).ToContainTextAsync("+75");

        // The distributor makes a customer by the wizard, in the manual's order.
        var page = await SignIn(dan, DistributorsPassword, options);
        await Press(page, Link(page, distributor).First);
        await Open(page, "/customers", say["NewCustomer.Title"]);
        await Fill(page, "name", customer);
        await Expect(page.Locator("#field-systemId")).ToHaveValueAsync("0001");
        await Expect(page.Locator("#field-systemKey")).ToHaveValueAsync(EightSigns());
        await InDialog(page, say["NewCustomer.Next"]);
        await Fill(page, "contact\\.street", "Dlouhá 12");
        await Fill(page, "contact\\.zip", "110 00");
        await Fill(page, "contact\\.city", "Praha");
        await Fill(page, "contact\\.email", "alfa@reality.example");
        await Fill(page, "contact\\.phone", "+420 602 555 001");
        await page.GetByText(say["NewCustomer.Account.None"], new() { Exact = true }).ClickAsync();
        await InDialog(page, say["NewCustomer.Next"]);
        await Fill(page, "keyName", "Alfa0001");
        await Fill(page, "prefix", "39");
        await Fill(page, "credits", "5");
        await InDialog(page, say["NewCustomer.Previous"]);
        await Expect(page.Locator("#field-contact\\.city")).ToHaveValueAsync("Praha");
        await InDialog(page, say["NewCustomer.Next"]);
        await Expect(page.Locator("#field-prefix")).ToHaveValueAsync("39");
        await InDialog(page, say["NewCustomer.Next"]);
        foreach (var typed in new[] { customer, code + "0001", "Dlouhá 12, 110 00 Praha", "Alfa0001", "39" })
            await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(typed);
        await InDialog(page, say["NewCustomer.Finish"]);
        await Expect(Heading(page)).ToContainTextAsync(customer);
        var customers = new Uri(page.Url).AbsolutePath;

        // Three more credits, and two of them back: both sides tell the same, with opposite signs.
        await Open(page, $"{customers}?tab=billing", say["Credit.Transfer"]);
        await Fill(page, "amount", "3");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button).Last.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).Not.ToBeVisibleAsync();
        await Open(page, $"{customers}?tab=billing", say["Credit.TakeBack"]);
        await Fill(page, "amount", "2");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button).Last.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).Not.ToBeVisibleAsync();

        // Steps in, makes a key, steps out.
        await page.GotoAsync(House.Console + customers);
        await Press(page, page.GetByRole(AriaRole.Link, new() { Name = say["Customers.StepIn"] }));
        await Expect(page.GetByText(say["Workplace.ActingAs", customer, distributor])).ToBeVisibleAsync();
        await Open(page, "/users", say["NewKey.Title"]);
        await Fill(page, "name", "Jana Nováková");
        await Fill(page, "email", $"{Guid.NewGuid():N}@example.com");
        await InDialog(page, say["NewKey.Send"]);
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = say["Code.Label"] })).ToBeVisibleAsync();
        await page.GotoAsync(House.Console + "/billing");
        await Types(page, say, ("Purchase", "-1"), ("Refunding", "-2"), ("Adding", "+3"), ("Adding", "+5"), ("Adding", "+5"));
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = say["Billing.Available"] })).ToContainTextAsync(say["Billing.PlusTrial", 6, 4]);
        await Press(page, page.GetByRole(AriaRole.Link, new() { Name = say["Workplace.StepOut"] }));
        await Expect(page.GetByText(say["Workplace.ActingAs", customer, distributor])).Not.ToBeVisibleAsync();
        await page.GotoAsync(House.Console + "/billing");
        await Types(page, say, ("Refunding", "+2"), ("Transfer", "-3"), ("Transfer", "-5"), ("Trial", "5"), ("PurchaseCredit", "+75"));
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = say["Billing.Available"] })).ToContainTextAsync("69");
        foreach (var column in new[] { "At", "Type", "Amount", "About", "After", "Status" })
            await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = say[$"Billing.Col.{column}"], Exact = true })).ToBeVisibleAsync();

        // Deleted with its name typed, and given back.
        await Open(page, customers, say["DeleteCustomer.Do"]);
        await Fill(page, "name", customer);
        await InDialog(page, say["DeleteCustomer.Do"]);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(say["Chip.Customer.Deleted"]);
        await page.GotoAsync(House.Console + "/customers?state=deleted");
        await Expect(Link(page, customer)).ToBeVisibleAsync();
        await page.GotoAsync(House.Console + customers);
        await Live(page);
        await page.GetByRole(AriaRole.Button, new() { Name = say["Customer.Restore"] }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(say["Chip.Customer.Active"]);
    }

    async Task<IPage> SignIn(string email, string password, BrowserNewContextOptions options)
    {
        var page = await Visitor(new() { Locale = options.Locale, ViewportSize = options.ViewportSize });
        await page.GotoAsync(House.Console + "/sign-in");
        await page.Locator("#field-email").FillAsync(email);
        await page.Locator("#field-password").FillAsync(password);
        await page.Locator("#field-password").PressAsync("Enter");
        await Expect(page.Locator(".choices")).ToBeVisibleAsync();
        return page;
    }

    static Task Live(IPage page) => Expect(page.Locator("html[data-lives]")).ToBeAttachedAsync();

    // A link that loads the console anew in another account.
    static async Task Press(IPage page, ILocator link)
    {
        await Live(page);
        await link.ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Live(page);
    }

    async Task Open(IPage page, string path, string button)
    {
        await page.GotoAsync(House.Console + path);
        await Live(page);
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
    }

    static Task Fill(IPage page, string field, string value) => page.GetByRole(AriaRole.Dialog).Locator($"#field-{field}").FillAsync(value);

    static Task InDialog(IPage page, string button) =>
        page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).Last.ClickAsync();

    static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    static ILocator Link(IPage page, string name) => page.GetByRole(AriaRole.Link, new() { NameRegex = new($"{Regex.Escape(name)}") });

    static ILocator Row(IPage page, int index) => page.Locator("main table tbody tr").Nth(index);

    // The newest first, each with the manual's word and its sign.
    static async Task Types(IPage page, Words say, params (string Type, string Amount)[] rows)
    {
        await Live(page);
        for (var i = 0; i < rows.Length; i++)
        {
            await Expect(Row(page, i)).ToContainTextAsync(say[$"Billing.Type.{rows[i].Type}"]);
            await Expect(Row(page, i).Locator("td.num").First).ToContainTextAsync(rows[i].Amount.Replace("-", "−", StringComparison.Ordinal));
        }
        await Expect(page.Locator("main table tbody tr")).ToHaveCountAsync(rows.Length);
    }

    [GeneratedRegex("^[0-9A-Za-z]{8}$")]
    private static partial Regex EightSigns();
}
