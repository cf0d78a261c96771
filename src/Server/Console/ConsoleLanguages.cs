using System.Globalization;

namespace Latchkey.Server.Console;

/// <summary>Languages the console speaks, each under its own name.</summary>
public static class ConsoleLanguages
{
    public const string Default = "en";

    public static readonly IReadOnlyList<(string Code, string Name)> All =
        [("en", "English"), ("cs", "Čeština"), ("sv", "Svenska"), ("fr", "Français"), ("de", "Deutsch")];

    /// <summary>English dates with British habits (24 hours, day first); the others as they are spoken at home.</summary>
    public static CultureInfo Culture(string code) => CultureInfo.GetCultureInfo(code == "en" ? "en-GB" : code);

    public static bool Speaks(string? code) => All.Any(l => l.Code == code);

    public static string Name(string code) => All.FirstOrDefault(l => l.Code == code).Name ?? code;
}
