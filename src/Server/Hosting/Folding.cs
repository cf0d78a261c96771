using System.Globalization;
using System.Text;

namespace Latchkey.Server.Hosting;

/// <summary>Folds text for sorting and finding: lower case, accents off, so that <c>novak</c> finds Nováková.</summary>
static class Folding
{
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(char.ToLowerInvariant(c));
        }
        return folded.ToString().Normalize(NormalizationForm.FormC).Trim();
    }

    /// <summary>Every word begins behind a blank, so that a search for word beginnings is one pattern.</summary>
    public static string SearchText(string name, string? email, int number) =>
        FormattableString.Invariant($" {Fold(name)} {Fold(email ?? "")} {number} 0x{number:x} ");

    /// <summary>The LIKE pattern for one word, with <c>\</c> as its escape.</summary>
    public static string WordPattern(string word) =>
        "% " + Fold(word).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal) + "%";
}
