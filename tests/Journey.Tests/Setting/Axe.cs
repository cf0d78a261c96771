using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>WCAG 2.2 AA as far as a program can see it, in both colours, on a desk and on a phone.</summary>
static class Axe
{
    static readonly AxeRunOptions Rules = new()
    {
        RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
        ResultTypes = [ResultType.Violations],
    };

    /// <summary>Dark changes colours and nothing else.</summary>
    static readonly AxeRunOptions Colours = new()
    {
        RunOnly = new() { Type = "rule", Values = ["color-contrast"] },
        ResultTypes = [ResultType.Violations],
    };

    /// <summary>Colours that are on their way are nobody's colours: what moves is waited for, and what that sets in motion, but for what turns for ever.</summary>
    const string AtRest = """
        async () => {
          const frame = () => new Promise(requestAnimationFrame);
          const moving = () => document.getAnimations().filter(a => a.playState === 'running' && Number.isFinite(a.effect.getComputedTiming().endTime));
          for (let quiet = 0; quiet < 3; await frame())
            if (moving().length) { quiet = 0; await Promise.allSettled(moving().map(a => a.finished)); } else quiet++;
        }
        """;

    static readonly (int Width, int Height)[] Sizes = [(1440, 900), (390, 844)];

    /// <summary>One line for each thing that breaks a rule, once for each place it was seen at.</summary>
    public static async Task<IReadOnlyList<string>> Violations(IPage page, string where)
    {
        var found = new List<string>();
        foreach (var (width, height) in Sizes)
        {
            await page.SetViewportSizeAsync(width, height);
            foreach (var colours in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce });
                await page.EvaluateAsync(AtRest);
                var result = await page.RunAxe(colours == ColorScheme.Light ? Rules : Colours);
                found.AddRange(
                    from violation in result.Violations
                    from node in violation.Nodes
                    select $"{where}, {width}, {colours}: {violation.Id} at {node.Target}: {node.Any.Concat(node.All).Concat(node.None).FirstOrDefault()?.Message}");
            }
        }
        await page.SetViewportSizeAsync(Sizes[0].Width, Sizes[0].Height);
        return found;
    }
}
