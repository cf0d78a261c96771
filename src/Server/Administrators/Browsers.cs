namespace Latchkey.Server.Administrators;

/// <summary>
/// What a browser says it is, in two words that a person knows again: "Firefox, Windows". Only words of these tables are kept, so nothing that a stranger
/// wrote is ever shown.
/// </summary>
static class Browsers
{
    // In the order in which they must be looked for: each claims to be those below it, too.
    static readonly (string Mark, string Name)[] Programs =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    /// <returns>Program, system or both; null where neither is known.</returns>
    public static string? NameOf(string? userAgent)
    {
        if (userAgent is null)
            return null;
        string? Find((string Mark, string Name)[] table) => table.FirstOrDefault(row => userAgent.Contains(row.Mark, StringComparison.Ordinal)).Name;
        var known = new[] { Find(Programs), Find(Systems) }.OfType<string>().ToList();
        return known.Count == 0 ? null : string.Join(", ", known);
    }
}
