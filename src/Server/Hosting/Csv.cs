using System.Globalization;
using System.Text;

namespace Latchkey.Server.Hosting;

/// <summary>Lines of a table for a spreadsheet: RFC 4180, UTF-8.</summary>
static class Csv
{
    public const string ContentType = "text/csv; charset=utf-8";

    /// <summary>Before the first line, so that a spreadsheet reads the letters as what they are.</summary>
    public const string Opening = "\uFEFF";

    /// <param name="cells">Texts, numbers, moments (written in UTC); null is an empty cell.</param>
    public static string Line(params object?[] cells)
    {
        var line = new StringBuilder();
        foreach (var cell in cells)
            line.Append(line.Length > 0 ? "," : "").Append(Cell(cell));
        return line.Append("\r\n").ToString();
    }

    static string Cell(object? cell) => cell switch
    {
        null => "",
        int or long => ((IFormattable)cell).ToString(null, CultureInfo.InvariantCulture),
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => Text(cell.ToString()!),
    };

    // A spreadsheet would run what begins like a formula; behind an apostrophe it is words, and shown as such.
    static string Text(string text)
    {
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..])
            text = "'" + text;
        return text.AsSpan().ContainsAny(",\"\r\n;") || text.StartsWith('\'') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
