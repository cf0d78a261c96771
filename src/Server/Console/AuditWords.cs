using System.Globalization;
using System.Text.Json;
using Latchkey.Server.Hosting;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>Acts in words: each has its own, and a test fails where one has none.</summary>
static class AuditWords
{
    const string Prefix = "Act.";

    public static string Act(this IStringLocalizer<Texts> texts, string act) => texts[Prefix + act];

    /// <summary>The acts whose words hold what is sought, in the reader's language.</summary>
    public static IReadOnlyCollection<string> ActsLike(this IStringLocalizer<Texts> texts, string? search)
    {
        var sought = Folding.Fold(search ?? "");
        return sought.Length == 0
            ? []
            : [.. texts.GetAllStrings(includeParentCultures: true).Where(t => t.Name.StartsWith(Prefix, StringComparison.Ordinal) && Folding.Fold(t.Value).Contains(sought, StringComparison.Ordinal))
                .Select(t => t.Name[Prefix.Length..])];
    }

    /// <summary>The lines of what an act said: names as the API calls them, dotted where they lie in one another.</summary>
    public static IEnumerable<(string Name, string Value)> Flat(string details)
    {
        using var read = JsonDocument.Parse(details);
        return [.. Flat("", read.RootElement)];
    }

    static IEnumerable<(string Name, string Value)> Flat(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => Flat(name.Length == 0 ? p.Name : $"{name}.{p.Name}", p.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((item, at) => Flat(string.Create(CultureInfo.InvariantCulture, $"{name}[{at}]"), item)),
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        JsonValueKind.String => [(name, value.GetString()!)],
        _ => [(name, value.GetRawText())],
    };
}
