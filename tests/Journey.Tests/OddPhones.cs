using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>Browsers and links that are not as they should be: the wallet says so, and is never a blank page.</summary>
[Collection(nameof(House))]
public sealed class OddPhones(House house) : Setting.Journey(house)
{
    const string Throws = "throw new DOMException('The operation is insecure.', 'SecurityError')";
    const string Refuses = "const request = {}; setTimeout(() => { request.error = new DOMException('Denied.', 'UnknownError'); request.onerror?.(); }); return request";

    /// <summary>As browsers do with cookies blocked or in some private windows, until the person leaves that.</summary>
    static string KeepNothing(string how) => $$"""
        const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...all) {
          if (window.name === 'mended') return open.apply(this, all);
          {{how}};
        };
        """;

    [Theory]
    [InlineData(Throws)]
    [InlineData(Refuses)]
    public async Task A_browser_that_keeps_nothing_says_so_and_spends_no_code(string how)
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Petra Tichá", $"{Guid.NewGuid():N}@example.com");
        var link = await marie.ShownLink();
        var phone = await Phone.Of(this);
        await phone.Page.AddInitScriptAsync(KeepNothing(how));

        await phone.Page.GotoAsync(link);
        await Expect(phone.Headline).ToHaveTextAsync("This phone can’t hold a key yet");
        await Expect(phone.Page.GetByText("Your code is not used yet.")).ToBeVisibleAsync();
        await Expect(phone.Page.GetByText("Leave the private window, or try another browser")).ToBeVisibleAsync();
        Assert.DoesNotContain("#", phone.Page.Url, StringComparison.Ordinal);

        // Below it home does not claim that there is no key; what one sets lasts while the page does.
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Back", Exact = true }).ClickAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "Reload Latchkey" })).ToBeVisibleAsync();
        await Expect(phone.Page.GetByText("No key on this phone")).ToHaveCountAsync(0);
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Language" }).ClickAsync();
        await phone.Page.GetByRole(AriaRole.Radio, new() { Name = "Čeština" }).CheckAsync();
        await Expect(phone.Headline).ToHaveTextAsync("Jazyk");

        // The link once more; the person switches on what was off and goes on from there, with the same code.
        await phone.Page.GotoAsync("about:blank");
        await phone.Page.GotoAsync(link);
        await Expect(phone.Headline).ToHaveTextAsync("This phone can’t hold a key yet");
        await phone.Page.EvaluateAsync("() => { window.name = 'mended'; }");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await phone.Activate();
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "Open Main entrance" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("%E0")]
    [InlineData("KJT3-M0H3-%")]
    public async Task A_link_that_was_broken_on_its_way_is_shown_as_it_came(string broken)
    {
        var phone = await Phone.Of(this);
        await phone.Page.GotoAsync($"{House.Console}/w/#{broken}");
        await Expect(phone.Headline).ToHaveTextAsync("Bring your code");
        await Expect(phone.Page.GetByRole(AriaRole.Textbox, new() { Name = "Activation code" })).ToHaveValueAsync(broken);
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Expect(phone.Page.GetByText("“%” does not occur in codes.")).ToBeVisibleAsync();
    }
}
