using System.Net;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>What people do with codes: use them twice, mistype them, forget them, forward them, let programs open the mail.</summary>
[Collection(nameof(House))]
public sealed class Codes(House house) : Setting.Journey(house)
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public async Task Each_way_to_fail_has_an_answer_of_its_own()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Eva Malá", "eva@example.com");
        var (link, code) = (await marie.ShownLink(), await marie.ShownCode());
        var phone = await Phone.Of(this);
        await phone.TakeKey(link);

        // The same link once more on the same phone: the key is there.
        await phone.Page.GotoAsync("about:blank");
        await phone.Page.GotoAsync(link);
        await Expect(phone.Headline).ToHaveTextAsync("Keys");
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "Open Main entrance" })).ToBeVisibleAsync();

        var other = await Phone.Of(this);
        await other.Page.GotoAsync(link);
        var refusal = other.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "This code" });
        await Expect(refusal).ToContainTextAsync("This code was used");
        await Expect(refusal).ToContainTextAsync("A code works once, on one phone. Ask Alfa Reality for a new one.");

        // Typed, with one character wrong: known without asking anybody.
        await other.Page.GotoAsync($"{House.Console}/w/");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Type or scan a code" }).ClickAsync();
        var field = other.Page.GetByRole(AriaRole.Textbox, new() { Name = "Activation code" });
        await field.FillAsync(Other(code[0]) + code[1..]);
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Expect(other.Page.GetByText("One character does not fit. Compare the code with the mail.")).ToBeVisibleAsync();

        // Whole and well made, but nobody was given it.
        await field.FillAsync(NeverGiven(code));
        await Expect(refusal).ToContainTextAsync("This code is not known");

        await marie.NewMobileKey("Adam Malý", "adam@example.com");
        link = await marie.ShownLink();
        EndNewestCode();
        await other.Page.GotoAsync("about:blank");
        await other.Page.GotoAsync(link);
        await Expect(refusal).ToContainTextAsync("This code has ended");
        await Expect(refusal).ToContainTextAsync("Tap “Ask for a new one” and Alfa Reality gets a message.");
    }

    [Fact]
    public async Task A_code_is_scanned_from_the_screen()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Olga Čtená", "olga@example.com");
        // What a camera before the console would see, frame after frame.
        var seen = Path.Combine(Path.GetTempPath(), $"latchkey-seen-{Guid.NewGuid():N}.mjpeg");
        var picture = await marie.Dialog.GetByRole(AriaRole.Img).Locator("svg").EvaluateAsync<string>("svg => svg.outerHTML");
        var screen = await Visitor(new() { ViewportSize = new() { Width = 640, Height = 480 } });
        await screen.SetContentAsync($"<body style='margin:0;background:white;color:black;display:grid;place-items:center;height:480px'><div style='width:400px'>{picture}</div>");
        await screen.ScreenshotAsync(new() { Type = ScreenshotType.Jpeg, Quality = 95, Path = seen });
        try
        {
            await using var withCamera = await House.StartBrowser(
                "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", $"--use-file-for-fake-video-capture={seen}");
            var phone = await Phone.On(await Visitor(Phone.Sized(new()), withCamera));
            await phone.Page.GotoAsync($"{House.Console}/w/");
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Type or scan a code" }).ClickAsync();
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Scan QR" }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Region, new() { Name = "Alfa Reality" })).ToContainTextAsync("Olga Čtená");
            await phone.Activate();
            await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "Open Main entrance" })).ToBeVisibleAsync();
        }
        finally
        {
            File.Delete(seen);
        }
    }

    [Fact]
    public async Task The_key_of_somebody_else_does_not_go_unasked()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Anna Prvá", "anna@example.com");
        var phone = await Phone.Of(this);
        await phone.TakeKey(await marie.ShownLink());
        await marie.NewMobileKey("Petr Druhý", "petr@example.com");
        var link = await marie.ShownLink();

        await phone.Page.GotoAsync("about:blank");
        await phone.Page.GotoAsync(link);
        var warning = phone.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "This phone holds the key of Anna Prvá" });
        await Expect(warning).ToContainTextAsync("Anna Prvá needs a new code then.");
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "Activate on this phone" })).ToHaveCountAsync(0);
        Assert.Empty(await Axe.Violations(phone.Page, "wallet, another person's key"));
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(phone.Headline).ToHaveTextAsync("Keys");
        await phone.Open("Main entrance");
        await Expect(phone.Headline).ToHaveTextAsync("Open");

        // The code is as good as before, here too.
        await phone.Page.GotoAsync("about:blank");
        await phone.Page.GotoAsync(link);
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Delete that key and activate" }).ClickAsync();
        await Expect(phone.Headline).ToHaveTextAsync("Keys");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await Expect(phone.Page.GetByText("Petr Druhý")).ToBeVisibleAsync();
        await Expect(phone.Page.GetByText("Anna Prvá")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_link_in_two_tabs_leads_to_one_key()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Dana Dvojí", "dana@example.com");
        var link = await marie.ShownLink();
        var first = await Phone.Of(this);
        await first.Follow(link);
        var second = await Phone.On(await Watched(await first.Page.Context.NewPageAsync()));
        await second.Follow(link);

        await first.Activate();
        await second.Activate();
        await Expect(second.Page.GetByRole(AriaRole.Button, new() { Name = "Open Main entrance" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_activation_whose_answer_was_lost_says_so_and_is_taken_up_again()
    {
        Foresee("ERR_CONNECTION_RESET");
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Iva Ztracená", "ztracena@example.com");
        var phone = await Phone.Of(this);
        await phone.Follow(await marie.ShownLink());
        await phone.Page.RouteAsync("**/api/v1/wallet/activate", async route =>
        {
            // It reaches the server; what comes back does not reach the phone.
            await route.FetchAsync();
            await route.AbortAsync("connectionreset");
        });
        var activate = phone.Page.GetByRole(AriaRole.Button, new() { Name = "Activate on this phone" });
        await activate.ClickAsync();
        await Expect(phone.Verdict).ToContainTextAsync("It may have worked.");
        await Expect(phone.Page.GetByText("The code is not used")).ToHaveCountAsync(0);
        await phone.Page.UnrouteAllAsync();
        await phone.Activate();
    }

    [Fact]
    public async Task Programs_that_open_the_mail_spend_nothing()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Iva Horská", "iva@example.com");
        var link = await marie.MailedLink("iva@example.com");

        using var scanner = new HttpClient();
        for (var visit = 0; visit < 20; visit++)
        {
            using var page = await scanner.GetAsync(new Uri(link), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }
        // One that runs scripts, too, and looks at what the page says.
        for (var visit = 0; visit < 2; visit++)
            await (await Phone.Of(this)).Follow(link);

        await (await Phone.Of(this)).TakeKey(link);
    }

    static char Other(char character) => character == 'A' ? 'B' : 'A';

    /// <summary>Another code whose check character fits (spec/codes.md): Horner's rule at 2 over GF(32).</summary>
    static string NeverGiven(string code)
    {
        var characters = code.Replace("-", "", StringComparison.Ordinal)[..^1].ToCharArray();
        characters[5] = Other(characters[5]);
        var sum = characters.Aggregate(0, (h, c) => Doubled(h) ^ Alphabet.IndexOf(c));
        return new string(characters) + Alphabet[Doubled(sum)];
    }

    static int Doubled(int value) => (value << 1) ^ (value >= 16 ? 0b100101 : 0);

    /// <summary>
    /// A code lives an hour at least, so a week's passing is put into the store by hand; what the server and the wallet make of it is real.
    /// </summary>
    void EndNewestCode()
    {
        using var store = new SqliteConnection($"Data Source={House.Store};Pooling=False;Default Timeout=20");
        store.Open();
        using var end = store.CreateCommand();
        end.CommandText = "UPDATE ActivationCodes SET ExpiresAt = ExpiresAt - 8 * 24 * 3600 * 1000 WHERE CreatedAt = (SELECT max(CreatedAt) FROM ActivationCodes)";
        Assert.Equal(1, end.ExecuteNonQuery());
    }
}
