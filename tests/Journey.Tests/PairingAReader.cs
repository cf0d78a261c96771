using System.Text.RegularExpressions;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>An installer at a new reader and an administrator at the console compare a fingerprint; then the reader belongs to the site.</summary>
[Collection(nameof(House))]
public sealed class PairingAReader(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task Code_fingerprint_confirmation_rules_and_away_again()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-loft-").FullName;
        var port = Repository.FreePorts(1);
        var marie = await Administrator.Of(this, House);
        var page = marie.Page;
        await marie.Visit("/readers");
        await marie.Lives();
        await page.GetByRole(AriaRole.Button, new() { Name = "New reader" }).First.ClickAsync();
        await marie.Dialog.GetByLabel("Name").FillAsync("Loft 01");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Make the code" }).ClickAsync();
        await Expect(marie.Dialog).ToContainTextAsync("Waiting for the reader");
        var code = await marie.ShownCode();

        await using var pairing = await Child.Start(Repository.Reader,
            ["pair", "--server", House.Console, "--system-id", "demo0001", "--name", "As it left the factory", "--data", folder],
            "Compare in the console", new Dictionary<string, string> { ["LATCHKEY_SYSTEM_KEY"] = "demo", ["LATCHKEY_CODE"] = code });
        var fingerprint = marie.Dialog.GetByRole(AriaRole.Group, new() { Name = "Fingerprint" });
        await Expect(fingerprint).ToBeVisibleAsync();
        var shownAtReader = Regex.Match(pairing.Output, @"confirm there: (.+)$", RegexOptions.Multiline).Groups[1].Value.Trim();
        Assert.Equal(shownAtReader, (await fingerprint.InnerTextAsync()).Trim());
        await marie.Dialog.GetByLabel("Name").FillAsync("Loft 01");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "It is the same, pair it" }).ClickAsync();
        await Expect(marie.Dialog).ToContainTextAsync("Loft 01 is paired");
        Assert.Equal(0, await pairing.Exit);

        await using (await Child.Start(Repository.Reader, ["run", "--data", folder, "--listen", $"127.0.0.1:{port}"], "ready "))
        {
            await marie.Visit("/readers");
            await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Loft 01" })).ToContainTextAsync("Up to date");
            await page.GetByRole(AriaRole.Link, new() { Name = "Loft 01" }).ClickAsync();
            await Expect(page.GetByText("Connected now")).ToBeVisibleAsync();

            await marie.Open("Delete reader");
            await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete reader" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Readers");
            await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Loft 01" })).ToHaveCountAsync(0);
            var door = await VirtualDoor.At(this, new($"http://localhost:{port}"));
            await Expect(door.Link).ToContainTextAsync("Refused by the server");
            await door.Page.CloseAsync();
        }
        Directory.Delete(folder, recursive: true);
    }
}
