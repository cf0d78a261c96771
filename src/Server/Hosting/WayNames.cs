using Latchkey.Server.Readers;

namespace Latchkey.Server.Hosting;

/// <summary>Ways as the API writes them: a list of words, so that a new way breaks no client.</summary>
public static class WayNames
{
    static readonly Ways[] All = [.. Enum.GetValues<Ways>().Where(w => w != Ways.None)];

    public static IReadOnlyList<string> Of(Ways ways) => [.. All.Where(w => ways.HasFlag(w)).Select(Name)];

    public static bool TryRead(IEnumerable<string> names, out Ways ways)
    {
        ways = Ways.None;
        foreach (var name in names)
        {
            var way = All.FirstOrDefault(w => Name(w) == name);
            if (way == Ways.None)
                return false;
            ways |= way;
        }
        return true;
    }

    static string Name(Ways way) => way.ToString().ToLowerInvariant();
}
