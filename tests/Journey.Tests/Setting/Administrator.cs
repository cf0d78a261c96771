using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>Marie at the console.</summary>
sealed class Administrator(House house, IPage page)
{
    public IPage Page => page;
    public ILocator Dialog => page.GetByRole(AriaRole.Dialog);

    /// <summary>Signed in: by the form the first time, with that session afterwards.</summary>
    public static async Task<Administrator> Of(Journey journey, House house, BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.ViewportSize ??= new() { Width = 1440, Height = 900 };
        options.StorageState ??= house.Session;
        var page = await journey.Visitor(options);
        var administrator = new Administrator(house, page);
        if (house.Session is null)
        {
            await administrator.SignIn();
            house.Session = await page.Context.StorageStateAsync();
        }
        else
        {
            await page.GotoAsync(house.Console + "/users");
        }
        return administrator;
    }

    /// <summary>Another of the demo's people, signed in by the form; the demo gives all of them one password.</summary>
    public static async Task<Administrator> As(Journey journey, House house, string email)
    {
        var page = await journey.Visitor(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var administrator = new Administrator(house, page);
        await administrator.SignIn(email);
        return administrator;
    }

    /// <param name="email">Another of the demo's administrators; they have one password.</param>
    public async Task SignIn(string? email = null)
    {
        await page.GotoAsync(house.Console + (email is null ? "/users" : "/"));
        await page.GetByRole(AriaRole.Textbox, new() { Name = "E-mail" }).FillAsync(email ?? house.Email);
        await page.GetByLabel("Password").FillAsync(house.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();
    }

    /// <summary>
    /// The page that is drawn first has gone. What is clicked on it is clicked again on the one that lives, but neither what ends something nor what is
    /// pressed on the keyboard.
    /// </summary>
    public Task Lives() => Expect(page.Locator("html[data-lives]")).ToBeAttachedAsync();

    public Task Visit(string path) => page.GotoAsync(house.Console + path);

    /// <summary>Makes a mobile key and leaves the dialog that hands it over open.</summary>
    public async Task NewMobileKey(string name, string email)
    {
        await Visit("/users");
        await Lives();
        await page.GetByRole(AriaRole.Button, new() { Name = "New mobile key" }).First.ClickAsync();
        await Expect(Dialog.GetByLabel("Full name")).ToBeFocusedAsync();
        await Dialog.GetByLabel("Full name").FillAsync(name);
        await Dialog.GetByLabel("E-mail").FillAsync(email);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Create and send" }).ClickAsync();
        await Expect(Dialog.GetByText("Waiting for the phone")).ToBeVisibleAsync();
    }

    /// <summary>The code as the dialog shows it, in its groups.</summary>
    public async Task<string> ShownCode()
    {
        var code = Dialog.GetByRole(AriaRole.Group, new() { Name = "Code" });
        var text = string.Join('-', (await code.InnerTextAsync()).Split([' ', '\n', '\r', '\t', '-'], StringSplitOptions.RemoveEmptyEntries));
        house.Secrets.Add(text);
        return text;
    }

    /// <summary>What the QR picture holds: the link with the code in its fragment.</summary>
    public async Task<string> ShownLink() => $"{house.Console}/w/#{await ShownCode()}";

    /// <summary>The button in the mail to this address, read in the demo's mailbox.</summary>
    public async Task<string> MailedLink(string email)
    {
        await Visit("/mailbox");
        await page.GetByRole(AriaRole.Region, new() { Name = "Mails, newest first" })
            .GetByRole(AriaRole.Link, new() { Name = email }).ClickAsync();
        var mail = page.FrameLocator("iframe[title='The mail, as it is read']");
        return await mail.GetByRole(AriaRole.Link, new() { Name = "Put the key on this phone" }).GetAttributeAsync("href")
            ?? throw new InvalidOperationException("The mail's button leads nowhere.");
    }

    public async Task VisitUser(string name)
    {
        await Visit("/users");
        await Visit(await AddressOf(name));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(name);
    }

    /// <summary>Where the user's card is; asked on Users.</summary>
    public async Task<string> AddressOf(string name) =>
        await page.GetByRole(AriaRole.Link, new() { Name = name }).GetAttributeAsync("href") ?? throw new InvalidOperationException($"No way to {name}.");

    /// <summary>Clicks a button and waits for the dialog that it opens.</summary>
    public async Task Open(string button)
    {
        await Lives();
        await page.GetByRole(AriaRole.Button, new() { Name = button }).First.ClickAsync();
        await Expect(Dialog).ToBeVisibleAsync();
    }

    /// <summary>Leaves the dialog by its cross.</summary>
    public async Task Leave()
    {
        await Dialog.GetByTitle("Close", new() { Exact = true }).ClickAsync();
        await Expect(Dialog).Not.ToBeVisibleAsync();
    }

    public async Task Suspend()
    {
        await Lives();
        await page.GetByRole(AriaRole.Button, new() { Name = "Suspend", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Every reader acts on it.")).ToBeVisibleAsync();
    }

    /// <summary>Done when every reader knows: until then the card counts those that do.</summary>
    public async Task Resume()
    {
        await Lives();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Suspend", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText(new Regex("readers? knows?\\."))).ToHaveCountAsync(0);
    }

    public async Task Revoke(string why)
    {
        await Lives();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke key" }).First.ClickAsync();
        await Dialog.GetByLabel("Why").FillAsync(why);
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke key" }).ClickAsync();
        await Expect(page.GetByText("The key opens nowhere any more.")).ToBeVisibleAsync();
    }

    /// <summary>The rows of the event table for one person, newest first.</summary>
    public ILocator EventsOf(string name) =>
        page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Rowheader, new() { Name = name }) });
}
