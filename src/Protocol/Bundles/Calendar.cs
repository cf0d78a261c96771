using System.Collections.Frozen;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Bundles;

// Schedules, zone and holidays in the form a decision asks: made once a bundle, read without allocation.
internal sealed class Calendar
{
    private const int SecondsPerMinute = 60;

    private readonly ZoneStep[] zone;
    private readonly FrozenDictionary<int, ushort?> holidays;
    private readonly FrozenDictionary<ushort, Interval[]> schedules;

    public Calendar(Bundle bundle)
    {
        zone = [.. bundle.Zone];
        holidays = bundle.Holidays.ToFrozenDictionary(entry => DayOf(entry.Key), entry => entry.Value.Schedule);
        schedules = bundle.Schedules.ToFrozenDictionary(entry => entry.Key, entry => entry.Value.Intervals.ToArray());
    }

    // What a day's schedules are replaced by: a schedule's number, or one of these.
    private const int NoHoliday = -1;
    private const int Closed = -2;

    // A point of local time, with what is special about its day and the day before; looked up once for all rules.
    public readonly record struct Moment(int Day, int Minute, int Today, int Yesterday)
    {
        public bool NearHoliday => Today != NoHoliday || Yesterday != NoHoliday;

        public Moment WithoutHolidays => this with { Today = NoHoliday, Yesterday = NoHoliday };
    }

    // decision: local time = now + the offset of the zone table at now.
    public Moment At(long now)
    {
        var offset = zone[0].OffsetMinutes;
        for (var i = 1; i < zone.Length && zone[i].From <= now; i++)
            offset = zone[i].OffsetMinutes;
        var minutes = now / SecondsPerMinute + offset;
        var day = (int)Math.DivRem(minutes, Interval.MinutesPerDay, out var minute);
        if (minute < 0)
            (day, minute) = (day - 1, minute + Interval.MinutesPerDay);
        return new(day, (int)minute, InsteadOn(day), InsteadOn(day - 1));
    }

    // An interval belongs to the day it starts, and so does the question whether that day is a holiday.
    public bool Covers(ushort schedule, in Moment moment) =>
        schedule == Rule.Always
        || CoversFrom(moment.Day, moment.Minute, moment.Today, schedule)
        || CoversFrom(moment.Day - 1, moment.Minute + Interval.MinutesPerDay, moment.Yesterday, schedule);

    private bool CoversFrom(int day, int minute, int instead, ushort schedule)
    {
        if (instead == Closed)
            return false;
        if (instead == Rule.Always)
            return minute < Interval.MinutesPerDay;
        if (!schedules.TryGetValue(instead == NoHoliday ? schedule : (ushort)instead, out var intervals))
            return false;
        // 1970-01-01 was a Thursday, bit 3.
        var weekday = 1 << ((day + 7 + 3) % 7);
        foreach (ref readonly var interval in intervals.AsSpan())
            if (((int)interval.Days & weekday) != 0 && minute >= interval.Start && minute < interval.End)
                return true;
        return false;
    }

    private int InsteadOn(int day) => holidays.TryGetValue(day, out var instead) ? instead ?? Closed : NoHoliday;

    private static int DayOf(uint date) =>
        new DateOnly((int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100)).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
}
