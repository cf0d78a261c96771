using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>A person with a phone: what is done in the wallet, and what the wallet said on the way.</summary>
sealed class Phone(IPage page)
{
    /// <summary>Keeps each headline that was shown, with the colour behind it, however shortly: amber lasts milliseconds here. And what the hand would feel.</summary>
    const string Witness = """
        const felt = globalThis.__felt = [];
        Navigator.prototype.vibrate = (pattern) => felt.push(pattern.join(' ')) > 0;
        addEventListener('DOMContentLoaded', () => {
          const said = globalThis.__said = [];
          const see = () => {
            const line = `${document.body.className || 'plain'}: ${document.querySelector('h1')?.textContent ?? ''}`;
            if (said.at(-1) !== line) said.push(line);
          };
          new MutationObserver(see).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
          see();
        });
        """;

    public IPage Page => page;
    public ILocator Headline => page.GetByRole(AriaRole.Heading, new() { Level = 1 });
    public ILocator Verdict => page.GetByRole(AriaRole.Alert);

    public static BrowserNewContextOptions Sized(BrowserNewContextOptions options)
    {
        options.ViewportSize ??= new() { Width = 390, Height = 844 };
        return options;
    }

    public static async Task<Phone> Of(Journey journey, BrowserNewContextOptions? options = null) =>
        await On(await journey.Visitor(Sized(options ?? new())));

    public static async Task<Phone> On(IPage page)
    {
        await page.AddInitScriptAsync(Witness);
        return new(page);
    }

    /// <summary>Somebody is given a key and puts it on this phone.</summary>
    public async Task<Phone> WithKey(Journey journey, House house, string name)
    {
        var marie = await Administrator.Of(journey, house);
        await marie.NewMobileKey(name, $"{Guid.NewGuid():N}@example.com");
        await TakeKey(await marie.ShownLink());
        return this;
    }

    /// <summary>The link in the mail; the wallet looks and says what the code stands for.</summary>
    public async Task Follow(string link)
    {
        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Activate on this phone" })).ToBeVisibleAsync();
    }

    public async Task Activate()
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Activate on this phone" }).ClickAsync();
        await Expect(Headline).ToHaveTextAsync("Keys");
    }

    /// <summary>The wallet is kept on the phone, so that it opens without a server.</summary>
    public async Task IsKept() => await page.EvaluateAsync("async () => { await navigator.serviceWorker.ready; }");

    public async Task TakeKey(string link)
    {
        await Follow(link);
        await Activate();
    }

    /// <summary>One tap; returns when the verdict is there.</summary>
    public async Task Open(string door)
    {
        await page.EvaluateAsync("() => { globalThis.__said.length = 0; }");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Open {door}", Exact = true }).ClickAsync();
        await Expect(Verdict).ToBeVisibleAsync();
    }

    /// <summary>To the door's own page.</summary>
    public async Task LookAt(string door)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = door }).And(page.Locator(":not([aria-label])")).ClickAsync();
        await Expect(Headline).ToHaveTextAsync(door);
    }

    /// <summary>Over one way, chosen on the door's own page.</summary>
    public async Task OpenOver(string door, string way)
    {
        await LookAt(door);
        await page.EvaluateAsync("() => { globalThis.__said.length = 0; }");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Open over {way}" }).ClickAsync();
        await Expect(Verdict).ToBeVisibleAsync();
    }

    public async Task GoHome()
    {
        var leave = page.GetByRole(AriaRole.Button, new() { Name = "Done" }).Or(page.GetByRole(AriaRole.Button, new() { Name = "Back", Exact = true }));
        try
        {
            if (await leave.CountAsync() > 0)
                await leave.First.ClickAsync(new() { Timeout = 5_000 });
        }
        catch (TimeoutException)
        {
            // A green screen goes home by itself, too, also from under the finger.
        }
        await Expect(Headline).ToHaveTextAsync("Keys");
    }

    /// <summary>All headlines since the last tap: "plain: Connecting", "open: Open".</summary>
    public async Task<string[]> Said() =>
        (await page.EvaluateAsync<JsonElement>("() => globalThis.__said")).Deserialize<string[]>() ?? [];

    /// <summary>The newest vibration, in milliseconds on and off.</summary>
    public async Task<string?> Felt() => await page.EvaluateAsync<string?>("() => globalThis.__felt.at(-1) ?? null");
}
