using System.Globalization;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>Says moments in words a person can't misread: "today, 14:05", "7 Mar 2021, 14:05", in the customer's zone.</summary>
public sealed class Moments(IStringLocalizer<Texts> texts, TimeProvider clock)
{
    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    /// <param name="zone">IANA name; null is the server's own, where the account has none.</param>
    public void In(string? zone)
    {
        Zone = TimeZoneInfo.Local;
        if (zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
            Zone = found;
    }

    public DateTime Now => Local(clock.GetUtcNow());

    public DateTime Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).DateTime;

    /// <summary>Wall time of the customer as an instant; a wall time skipped by the clock change moves on with the clock.</summary>
    public DateTimeOffset Instant(DateTime wall)
    {
        var local = DateTime.SpecifyKind(wall, DateTimeKind.Unspecified);
        if (Zone.IsInvalidTime(local))
            local = local.AddHours(1);
        return new DateTimeOffset(local, Zone.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>"today, 14:05", "tomorrow, 13:52", else "7 Mar 2021, 14:05".</summary>
    public string Say(DateTimeOffset at)
    {
        var local = Local(at);
        return (local.Date - Now.Date).Days switch
        {
            0 => texts["Moment.Today", Hour(local)],
            -1 => texts["Moment.Yesterday", Hour(local)],
            1 => texts["Moment.Tomorrow", Hour(local)],
            _ => texts["Moment.Other", Day(local), Hour(local)],
        };
    }

    /// <summary>The same where it opens a line: "Today, 14:05".</summary>
    public string Opening(DateTimeOffset at)
    {
        var said = Say(at);
        return said.Length == 0 ? said : char.ToUpper(said[0], CultureInfo.CurrentCulture) + said[1..];
    }

    public string Full(DateTimeOffset at)
    {
        var local = Local(at);
        return texts["Moment.Full", Day(local), local.ToString("HH:mm:ss", CultureInfo.CurrentCulture), ZoneName];
    }

    public string Date(DateTimeOffset at) => Day(Local(at));

    public string Day(DateTime local) => local.ToString(texts["Moment.DayFormat"], CultureInfo.CurrentCulture);

    public string Weekday(DateTime local) => local.ToString("dddd", CultureInfo.CurrentCulture);

    /// <summary>Time of day with seconds; the day goes before it once it is not today's.</summary>
    public string Clock(DateTimeOffset at)
    {
        var local = Local(at);
        var time = local.ToString("HH:mm:ss", CultureInfo.CurrentCulture);
        return local.Date == Now.Date ? time : texts["Moment.Other", local.ToString(texts["Moment.ShortDayFormat"], CultureInfo.CurrentCulture), time];
    }

    /// <summary>Hours and minutes today, else the day.</summary>
    public string Short(DateTimeOffset at)
    {
        var local = Local(at);
        return local.Date == Now.Date ? Hour(local) : local.ToString(texts["Moment.ShortDayFormat"], CultureInfo.CurrentCulture);
    }

    /// <summary>The town of the zone's name: "Prague" of Europe/Prague.</summary>
    public string ZoneName => Zone.Id.Split('/')[^1].Replace('_', ' ');

    private static string Hour(DateTime local) => local.ToString("HH:mm", CultureInfo.CurrentCulture);
}
