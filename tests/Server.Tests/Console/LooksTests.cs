using System.Globalization;
using System.Text.RegularExpressions;
using Latchkey.Server.Console;
using Latchkey.Server.Console.Parts;
using Latchkey.Server.Tests.Tidy;
using Xunit;

namespace Latchkey.Server.Tests.Console;

/// <summary>Colours stand in one file and can be read in both; drawings that are asked for exist.</summary>
public partial class LooksTests
{
    static readonly string Served = Path.Combine(Repository.Root, "src", "Server", "wwwroot");
    static readonly Dictionary<string, (string Light, string Dark)> Tokens = Token.Matches(File.ReadAllText(Path.Combine(Served, "tokens.css")))
        .ToDictionary(m => m.Groups[1].Value, m => (m.Groups[2].Value, m.Groups[3].Value));

    /// <summary>Text on its ground, 4.5 : 1 (WCAG 2.2, 1.4.3); edges of inputs, 3 : 1 (1.4.11).</summary>
    [Theory]
    [InlineData("text", "surface", 4.5), InlineData("text", "bg", 4.5), InlineData("text2", "surface", 4.5), InlineData("text2", "bg", 4.5)]
    [InlineData("text3", "surface", 4.5), InlineData("text3", "bg", 4.5), InlineData("text3", "sunken", 4.5)]
    [InlineData("primary", "surface", 4.5), InlineData("primary", "bg", 4.5), InlineData("primary", "sunken", 4.5), InlineData("on-primary", "primary", 4.5), InlineData("on-primary", "primary-hover", 4.5)]
    [InlineData("primary-ink", "primary-soft", 4.5), InlineData("ok-ink", "ok-soft", 4.5), InlineData("warn-ink", "warn-soft", 4.5), InlineData("bad-ink", "bad-soft", 4.5)]
    [InlineData("info-ink", "info-soft", 4.5), InlineData("mute-ink", "mute-soft", 4.5), InlineData("on-bad", "bad", 4.5), InlineData("on-bad", "bad-hover", 4.5), InlineData("bad", "surface", 4.5)]
    [InlineData("surface", "text", 4.5), InlineData("edge", "surface", 3), InlineData("edge", "bg", 3)]
    public void Both_colours_can_be_read(string ink, string ground, double least)
    {
        Assert.InRange(Contrast(Tokens[ink].Light, Tokens[ground].Light), least, 21);
        Assert.InRange(Contrast(Tokens[ink].Dark, Tokens[ground].Dark), least, 21);
    }

    [Fact]
    public void Only_the_tokens_write_colours_down()
    {
        var raw = from file in Repository.Files("src/Server", ".razor").Append(Path.Combine(Served, "console.css"))
                  from Match match in RawColour.Matches(File.ReadAllText(file))
                  select $"{Repository.Relative(file)}: {match.Value}";
        Assert.Empty(raw);
    }

    [Fact]
    public void Every_drawing_that_a_page_asks_for_exists()
    {
        var missing = from file in Repository.Files("src/Server", ".razor")
                      from Match match in IconName.Matches(File.ReadAllText(file))
                      let name = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value
                      where !Drawings.Has(name)
                      select $"{Repository.Relative(file)}: {name}";
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("Jana Nováková", "JN"), InlineData("Sofia Maria Källström", "SK"), InlineData("  åsa  ", "Å"), InlineData("", "?")]
    public void Initials_are_of_the_first_and_the_last_name(string name, string initials) => Assert.Equal(initials, Initials.Of(name));

    [Theory]
    [InlineData("/users?state=active", true), InlineData("/", true)]
    [InlineData("//evil.example/", false), InlineData("/\\evil.example", false), InlineData("https://evil.example", false), InlineData("users", false), InlineData("/a\tb", false), InlineData(null, false)]
    public void The_way_back_stays_within_the_site(string? back, bool stays) => Assert.Equal(stays, Preferences.IsLocal(back));

    static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    // Relative luminance as WCAG 2.2 defines it.
    static double Luminance(string hex)
    {
        double Linear(int at)
        {
            var part = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Linear(0) + 0.7152 * Linear(2) + 0.0722 * Linear(4);
    }

    [GeneratedRegex(@"--([\w-]+):\s*light-dark\(#([0-9A-Fa-f]{6}),\s*#([0-9A-Fa-f]{6})\)")]
    private static partial Regex Token { get; }

    [GeneratedRegex(@"#[0-9A-Fa-f]{6}\b|\brgba?\(")]
    private static partial Regex RawColour { get; }

    [GeneratedRegex("""<Icon Name="([a-z]+)"|\bIcon(?:After)?="([a-z]+)" """)]
    private static partial Regex IconName { get; }
}
