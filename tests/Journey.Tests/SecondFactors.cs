using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>Somebody is invited to the console, chooses how to sign in, and then signs in by an authenticator app and by a passkey.</summary>
[Collection(nameof(House))]
public sealed partial class SecondFactors(House house) : Setting.Journey(house)
{
    const string Password = "four quite other words";

    [Fact]
    public async Task An_invited_administrator_signs_in_by_code_and_by_passkey()
    {
        var marie = await Administrator.Of(this, House);
        await marie.Visit("/administrators");
        await marie.Open("Create account");
        await marie.Dialog.GetByLabel("E-mail").FillAsync("otto@alfa.example");
        await marie.Dialog.GetByLabel("Name").FillAsync("Otto Klein");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add account" }).ClickAsync();
        await Expect(marie.Page.GetByText("A link is on its way")).ToBeVisibleAsync();
        var row = marie.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "otto@alfa.example" });
        await Expect(row).ToContainTextAsync("Invited");

        // The link in the mail.
        var otto = await Visitor(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        await otto.GotoAsync(await Link(marie));
        await Expect(Heading(otto)).ToHaveTextAsync("Your way in");
        await otto.GetByLabel("New password").FillAsync(Password);
        await otto.GetByRole(AriaRole.Button, new() { Name = "Keep this password" }).ClickAsync();
        await Expect(Heading(otto)).ToHaveTextAsync("That is done");
        await otto.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await FirstStep(otto);
        await Expect(otto.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();

        // An authenticator app: its secret is read as a person would type it.
        var self = new Administrator(House, otto);
        await self.Visit("/profile");
        await Expect(Heading(otto)).ToHaveTextAsync("My profile");
        await self.Open("Turn on");
        var secret = Base32(Secret().Match(await self.Dialog.InnerTextAsync()).Value);
        await self.Dialog.GetByLabel("Code").FillAsync(Code(secret, 0));
        await self.Dialog.GetByRole(AriaRole.Button, new() { Name = "Turn on" }).ClickAsync();
        await Expect(self.Dialog.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(10);
        var recovery = await self.Dialog.GetByRole(AriaRole.Listitem).First.InnerTextAsync();
        House.Secrets.Add(recovery);
        await self.Dialog.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Expect(otto.GetByText("10 recovery codes left")).ToBeVisibleAsync();

        // A passkey, on a device that a program plays.
        var device = await otto.Context.NewCDPSessionAsync(otto);
        await device.SendAsync("WebAuthn.enable");
        await device.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new { protocol = "ctap2", ctap2Version = "ctap2_1", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true },
        });
        await self.Open("Add a passkey");
        await self.Dialog.GetByLabel("Name").FillAsync("Work laptop");
        await self.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add passkey" }).ClickAsync();
        await Expect(otto.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Work laptop" })).ToContainTextAsync("not used yet");

        // Password and code: no page of the console between the two. The next code, since the first is used up.
        await SignOut(otto);
        await FirstStep(otto);
        await Expect(Heading(otto)).ToHaveTextAsync("Second step");
        await otto.GotoAsync(House.Console + "/users");
        await Expect(Heading(otto)).ToHaveTextAsync("Sign in");
        await FirstStep(otto);
        await otto.GetByLabel("Code").FillAsync(Code(secret, 1));
        await otto.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(otto.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();

        // The passkey by itself, on the Czech page, with no name typed.
        await SignOut(otto);
        await otto.GetByRole(AriaRole.Link, new() { Name = "Čeština" }).ClickAsync();
        await otto.GetByRole(AriaRole.Button, new() { Name = "Přihlásit se přístupovým klíčem" }).ClickAsync();
        await Expect(otto.GetByRole(AriaRole.Navigation, new() { Name = "Hlavní" })).ToBeVisibleAsync();
        await self.Visit("/profile");
        await Expect(otto.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Work laptop" })).ToContainTextAsync("naposledy použit");

        // A lost phone: a recovery code takes the place of the app, once.
        await SignOut(otto);
        await otto.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await FirstStep(otto);
        await otto.GetByLabel("Code").FillAsync(recovery);
        await otto.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(otto.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();

        // Deleted: whatever is open stops, and no way leads back.
        await marie.Visit("/administrators");
        await marie.Open("Delete account: Otto Klein");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete account" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Deleted");
        await otto.GotoAsync(House.Console + "/sign-in");
        await otto.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Expect(otto.GetByRole(AriaRole.Alert)).ToContainTextAsync("signs nobody in");
    }

    static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    static async Task FirstStep(IPage page)
    {
        await page.GetByRole(AriaRole.Textbox, new() { Name = "E-mail" }).FillAsync("otto@alfa.example");
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    async Task SignOut(IPage page)
    {
        await page.GotoAsync(House.Console + "/sign-out");
        await page.Locator("form button[type=submit]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToBeVisibleAsync();
    }

    static async Task<string> Link(Administrator marie)
    {
        await marie.Visit("/mailbox");
        await marie.Page.GetByRole(AriaRole.Region, new() { Name = "Mails, newest first" }).GetByRole(AriaRole.Link, new() { Name = "otto@alfa.example" }).ClickAsync();
        var mail = marie.Page.FrameLocator("iframe[title='The mail, as it is read']");
        return await mail.GetByRole(AriaRole.Link, new() { Name = "Choose how you sign in" }).GetAttributeAsync("href")
            ?? throw new InvalidOperationException("The mail's button leads nowhere.");
    }

    // RFC 6238, as an app has it, of the present step or one after it: the server takes one aside.
    static string Code(byte[] secret, int after)
    {
        var step = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30 + after;
        var counter = BitConverter.GetBytes(step);
        Array.Reverse(counter);
#pragma warning disable CA5350 // The algorithm that apps agree on.
        var mac = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var at = mac[^1] & 0xf;
        var number = ((mac[at] & 0x7f) << 24 | mac[at + 1] << 16 | mac[at + 2] << 8 | mac[at + 3]) % 1_000_000;
        return number.ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }

    static byte[] Base32(string text)
    {
        var bytes = new List<byte>();
        for (int bits = 0, held = 0, i = 0; i < text.Length; i++)
        {
            (bits, held) = (bits << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(text[i], StringComparison.Ordinal), held + 5);
            if (held >= 8)
                bytes.Add((byte)(bits >> (held -= 8)));
            bits &= (1 << held) - 1;
        }
        return [.. bytes];
    }

    [GeneratedRegex("[A-Z2-7]{32}")]
    private static partial Regex Secret();
}
