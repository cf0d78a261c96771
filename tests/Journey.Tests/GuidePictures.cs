using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>
/// Takes the guide's pictures from the running product, so that they can be taken again when it has changed:
/// <c>artifacts/bin/Journey.Tests/release/Latchkey.Journey.Tests -explicit only -class '*GuidePictures*'</c>.
/// </summary>
[Collection(nameof(House))]
public sealed class GuidePictures(House house) : Setting.Journey(house)
{
    const int BytesMax = 150_000;

    [Fact(Explicit = true)]
    public async Task Are_taken()
    {
        var desk = new BrowserNewContextOptions { ViewportSize = new() { Width = 1280, Height = 800 } };
        var marie = await Administrator.Of(this, House, desk);
        var page = marie.Page;
        foreach (var name in new[] { "Sofia Källström", "Lucie Marešová", "Nils Berg" })
            await marie.NewMobileKey(name, $"{name.Split(' ')[0].ToLowerInvariant()}@example.com");
        var story = await Story.Of(this, House, marie, "Jana Nováková", "Karel Beneš", "Eva Malá");
        await story.Phone.Open("Server room");
        await Expect(story.Phone.Headline).ToHaveTextAsync("Open");
        await story.Phone.GoHome();

        foreach (var (name, path) in new[] { ("dashboard", "/"), ("readers", "/readers"), ("events", story.WhyPage), ("user-card", story.OpenersPage) })
        {
            await marie.Visit(path);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
            await Take(page, name);
        }
        await marie.Visit("/");
        await marie.NewMobileKey("Petra Krásná", "petra@example.com");
        await Expect(marie.Dialog).ToContainTextAsync("Mail taken by the mail server");
        await Take(page, "new-key", marie.Dialog);
        await Take(story.Phone.Page, "wallet");
        // Smaller than the desk: its colours run into one another, and a picture of them is large.
        var door = await VirtualDoor.Of(this, House.MainEntrance, new() { ViewportSize = new() { Width = 900, Height = 600 } });
        await story.Phone.Open("Main entrance");
        await Expect(door.Verdict).ToContainTextAsync("Open");
        await Take(door.Page, "door");
    }

    static async Task Take(IPage page, string name, ILocator? part = null)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var path = Path.Combine(Repository.Root, "docs", "guide", "pictures", name + ".png");
        var picture = part is null
            ? await page.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled })
            : await part.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled });
        Assert.InRange(picture.Length, 1, BytesMax);
    }
}
