using System.Globalization;

namespace Latchkey.Server.Hosting;

/// <summary>
/// Connections that the process takes at once, over all networks. Past the system's limit of open files the process dies, so together they stay below it;
/// whoever comes when all are taken is cut off and tries again.
/// </summary>
/// <param name="Plain">Requests of phones, browsers and integrations.</param>
/// <param name="Upgraded">WebSockets: readers and console circuits. They no longer count among the plain ones.</param>
sealed record Connections(long Plain, long Upgraded)
{
    /// <summary>One in so many WebSockets may be a console circuit; all others are kept for readers.</summary>
    public const int CircuitsOneIn = 5;

    /// <summary>Console circuits from one network: an office in which everybody has the console open a few times.</summary>
    public const int CircuitsPerNetworkMax = 128;

    public int CircuitsMax => (int)(Upgraded / CircuitsOneIn);

    public const long PlainMax = 8_000;
    public const long UpgradedMax = 10_000;

    const string Limits = "/proc/self/limits";
    const string Line = "Max open files";

    public static Connections Here => Of(OpenFiles());

    /// <param name="openFiles">A quarter is for requests and a half for WebSockets; the last quarter stays for the database and all else.</param>
    public static Connections Of(long openFiles) => new(Math.Min(PlainMax, openFiles / 4), Math.Min(UpgradedMax, openFiles / 2));

    // The runtime has raised the soft limit to the hard one by now. Where nobody says it, there is none to speak of.
    static long OpenFiles()
    {
        var line = File.Exists(Limits) ? File.ReadLines(Limits).FirstOrDefault(l => l.StartsWith(Line, StringComparison.Ordinal)) : null;
        var numbers = (line ?? Line)[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.TryParse(numbers.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var files) ? files : long.MaxValue;
    }
}
