using System.Globalization;

namespace Latchkey.Server.Console.Parts;

public static class Initials
{
    /// <summary>First letter of the first and of the last word, so that "Jana Nováková" reads JN.</summary>
    public static string Of(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length switch
        {
            0 => "?",
            1 => Letter(words[0]),
            _ => Letter(words[0]) + Letter(words[^1]),
        };
    }

    // A letter may be several chars (surrogates, combining marks): take the whole text element.
    private static string Letter(string word) =>
        StringInfo.GetNextTextElement(word).ToUpper(CultureInfo.CurrentCulture);
}
