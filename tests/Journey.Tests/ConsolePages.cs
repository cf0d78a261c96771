using System.Text.RegularExpressions;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>Every page of the console on a phone, in every language: nothing sticks out, nothing is left unsaid.</summary>
[Collection(nameof(House))]
public sealed partial class ConsolePages(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task Fit_a_phone_and_speak_each_language()
    {
        var marie = await Administrator.Of(this, House);
        var story = await Story.Of(this, House, marie, "Filip Bartoš", "Gustav Ek", "Hedvika Malá");
        foreach (var (language, locale) in new[] { ("en", "en-GB"), ("cs", "cs-CZ"), ("sv", "sv-SE"), ("de", "de-DE"), ("fr", "fr-FR") })
        {
            var visitor = await Administrator.Of(this, House, new() { Locale = locale, ViewportSize = new() { Width = 390, Height = 844 } });
            var page = visitor.Page;
            foreach (var path in story.ConsolePages)
            {
                await visitor.Visit(path);
                await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
                await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
                Assert.True(await page.EvaluateAsync<int>(Beyond) <= 0, $"{path} in {language} is wider than the phone: {await page.EvaluateAsync<string>(Widest)}");
                var said = await page.EvaluateAsync<string>(Said);
                Assert.True(Unsaid().Match(said) is { Success: false }, $"{path} in {language} says {Unsaid().Match(said).Value}");
            }
            await page.Context.CloseAsync();
        }
    }

    const string Beyond = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth";

    const string Widest = """
        () => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
          .map(e => `${e.tagName}.${e.className}`).slice(0, 8).join(', ')
        """;

    /// <summary>All that is written on the page and all that is read aloud.</summary>
    const string Said = """
        () => [document.title, document.body.innerText, ...['aria-label', 'title', 'placeholder', 'alt'].flatMap(name =>
          [...document.querySelectorAll(`[${name}]`)].map(e => e.getAttribute(name)))].join('\n')
        """;

    /// <summary>A text's own name where its words should be, or a place where a word was to be put.</summary>
    [GeneratedRegex(@"\b[A-Z][A-Za-z]+\.[A-Z][A-Za-z]+\b|\{[0-9]\}|\.(one|few|many|other)\b")]
    private static partial Regex Unsaid();
}
