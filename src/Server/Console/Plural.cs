using System.Globalization;

namespace Latchkey.Server.Console;

/// <summary>Cardinal plural forms of the console's languages (CLDR), for whole numbers.</summary>
public static class Plural
{
    /// <summary>The forms a language needs; a test asks for each of them in its texts.</summary>
    public static IReadOnlyList<string> Forms(CultureInfo culture) =>
        culture.TwoLetterISOLanguageName == "cs" ? ["one", "few", "other"] : ["one", "other"];

    public static string Form(CultureInfo culture, int count) => culture.TwoLetterISOLanguageName switch
    {
        "cs" => count switch { 1 => "one", >= 2 and <= 4 => "few", _ => "other" },
        "fr" => count is 0 or 1 ? "one" : "other",
        _ => count == 1 ? "one" : "other",
    };
}
