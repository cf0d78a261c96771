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

    [Fact]
    public async Task Words_that_did_not_arrive_leave_a_way_to_begin_again()
    {
        Foresee("Failed to fetch dynamically imported module", "ERR_FAILED");
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Věra Tichá", $"{Guid.NewGuid():N}@example.com");
        var phone = await Phone.Of(this);
        await phone.Page.RouteAsync("**/w/en-*.js", route => route.AbortAsync());
        await phone.Page.GotoAsync(await marie.ShownLink());
        var again = phone.Page.GetByRole(AriaRole.Button, new() { Name = "Latchkey" });
        await Expect(again).ToBeVisibleAsync();
        await phone.Page.UnrouteAllAsync();
        await again.ClickAsync();
        await phone.Activate();
    }

    [Fact]
    public async Task What_the_hour_makes_of_a_key_shows_without_a_network_too()
    {
        Foresee("ERR_INTERNET_DISCONNECTED");
        var phone = await Phone.Of(this);
        await phone.Page.Clock.InstallAsync();
        await phone.WithKey(this, House, "Oldřich Dlouhý");
        await Expect(phone.Page.GetByText("Ready, also offline until")).ToBeVisibleAsync();
        await phone.Page.Context.SetOfflineAsync(true);
        await phone.Page.Clock.FastForwardAsync((long)TimeSpan.FromDays(3).TotalMilliseconds);
        await Expect(phone.Page.GetByText("Go online once to renew")).ToBeVisibleAsync();
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "More about this key" }).ClickAsync();
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Renew now" }).ClickAsync();
        await Expect(phone.Page.GetByText("Could not renew now.", new() { Exact = true }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_fault_while_a_door_is_opened_does_not_stay_amber()
    {
        Foresee("The key handle is gone.");
        var phone = await (await Phone.Of(this)).WithKey(this, House, "Ota Zlomený");
        await phone.Page.EvaluateAsync("() => { SubtleCrypto.prototype.sign = async () => { throw new DOMException('The key handle is gone.', 'OperationError'); }; }");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Open Main entrance" }).ClickAsync();
        await Expect(phone.Headline).ToHaveTextAsync("Stopped");
        await Expect(phone.Page.GetByText("Something went wrong here")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_code_that_the_browser_will_not_copy_is_marked_for_the_hand()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Ivan Jablko", $"{Guid.NewGuid():N}@example.com");
        var code = await marie.ShownCode();
        var phone = await Phone.Of(this, new() { UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1" });
        await phone.Page.AddInitScriptAsync("Clipboard.prototype.writeText = async () => { throw new DOMException('Not now.', 'NotAllowedError'); };");
        await phone.Page.GotoAsync(await marie.ShownLink());
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Copy code" }).ClickAsync();
        await phone.Page.WaitForFunctionAsync("code => getSelection().toString() === code", code.Replace("-", " ", StringComparison.Ordinal));
        await Expect(phone.Page.GetByText("Something went wrong here")).ToHaveCountAsync(0);
    }
}
