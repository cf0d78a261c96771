using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>Somebody looking at the door: the reader's own page.</summary>
sealed class VirtualDoor(IPage page)
{
    const string Witness = """
        addEventListener('DOMContentLoaded', () => {
          const lights = globalThis.__lights = [];
          const see = () => { const { light, bolt } = document.body.dataset, now = `${light}, ${bolt}`; if (lights.at(-1) !== now) lights.push(now); };
          new MutationObserver(see).observe(document.body, { attributes: true });
          see();
        });
        """;

    public ILocator Verdict => page.GetByRole(AriaRole.Alert);
    public IPage Page => page;

    /// <summary>How the reader stands with the server.</summary>
    public ILocator Link => page.GetByRole(AriaRole.Status);

    public static async Task<VirtualDoor> At(Journey journey, Uri reader, BrowserNewContextOptions? options = null)
    {
        var page = await journey.Visitor(options);
        await page.AddInitScriptAsync(Witness);
        await page.GotoAsync(reader.ToString());
        return new(page);
    }

    public static async Task<VirtualDoor> Of(Journey journey, Uri reader, BrowserNewContextOptions? options = null)
    {
        var door = await At(journey, reader, options);
        await Expect(door.Link).ToContainTextAsync("Connected");
        return door;
    }

    /// <summary>Light and bolt, as they changed since the page was opened or <see cref="Forget"/>.</summary>
    public async Task<string[]> Seen() =>
        (await page.EvaluateAsync<JsonElement>("() => globalThis.__lights")).Deserialize<string[]>() ?? [];

    public Task Forget() => page.EvaluateAsync("() => { globalThis.__lights.length = 0; }");
}
