using System.Collections.Concurrent;
using System.Collections.Immutable;
using Latchkey.Protocol.Bundles;

namespace Latchkey.Server.Access;

/// <summary>
/// A zone's offsets as readers get them, so that a door needs no zone database: from which moment, how many minutes
/// ahead of UTC (decision record 0005).
/// </summary>
public static class ZoneTable
{
    public const int YearsAhead = 2;

    static readonly ConcurrentDictionary<(string Zone, int Year), ImmutableArray<ZoneStep>> Made = new();

    /// <summary>
    /// The table from the start of this year to at least <see cref="YearsAhead"/> years from now. It depends on the year
    /// alone, so that a reader's bundle does not change with every moment.
    /// </summary>
    public static ImmutableArray<ZoneStep> At(TimeZoneInfo zone, DateTimeOffset now)
    {
        var year = now.UtcDateTime.Year;
        return Made.GetOrAdd((zone.Id, year), _ => Make(zone, year));
    }

    static ImmutableArray<ZoneStep> Make(TimeZoneInfo zone, int year)
    {
        var moment = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var end = moment.AddYears(YearsAhead + 1);
        var offset = Minutes(zone, moment);
        List<ZoneStep> table = [new(0, offset)];
        for (var next = moment.AddDays(1); next <= end && table.Count < Bundle.ZoneStepsMax; moment = next, next = next.AddDays(1))
        {
            if (Minutes(zone, next) is var changed && changed == offset)
                continue;
            table.Add(new(FirstWith(zone, changed, moment, next), changed));
            offset = changed;
        }
        return [.. table];
    }

    // No zone changes its clocks twice in a day, so the change within a day can be found by halving.
    static long FirstWith(TimeZoneInfo zone, int offset, DateTimeOffset before, DateTimeOffset after)
    {
        var (low, high) = (before.ToUnixTimeSeconds(), after.ToUnixTimeSeconds());
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (Minutes(zone, DateTimeOffset.FromUnixTimeSeconds(middle)) == offset)
                high = middle;
            else
                low = middle;
        }
        return high;
    }

    static int Minutes(TimeZoneInfo zone, DateTimeOffset moment) => (int)zone.GetUtcOffset(moment).TotalMinutes;
}
