using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>No screen of the wallet and no part of the door's page breaks a rule of WCAG 2.2 A or AA that a program can see, in light and dark, wide and narrow.</summary>
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

    async Task Look(IPage page, string where) => _violations.AddRange(await Axe.Violations(page, where));
}
