using System.Globalization;
using System.Text;

namespace Latchkey.Server.Hosting;

/// <summary>Folds text for sorting and finding: lower case, accents off, so that <c>novak</c> finds Nováková.</summary>
public static class Folding
{
    public static string Fold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
                continue;
            // Letters that no normal form takes apart, as a keyboard without them types them.
            _ = char.ToLowerInvariant(c) switch
            {
                'ß' => folded.Append("ss"),
                'æ' => folded.Append("ae"),
                'œ' => folded.Append("oe"),
                'ø' => folded.Append('o'),
                'ł' => folded.Append('l'),
                'đ' => folded.Append('d'),
                var lower => folded.Append(lower),
            };
        }
        return folded.ToString().Normalize(NormalizationForm.FormC).Trim();
    }
}
