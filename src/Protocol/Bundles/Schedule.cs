using System.Collections.Immutable;
using System.Formats.Cbor;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

/// <summary>Days of a week, Monday first.</summary>
[Flags]
public enum Days : byte
{
    None = 0,
    Monday = 1,
    Tuesday = 2,
    Wednesday = 4,
    Thursday = 8,
    Friday = 16,
    Saturday = 32,
    Sunday = 64,
    Weekdays = 31,
    All = 127,
}

/// <summary>A weekly interval in minutes of local time.</summary>
/// <param name="Start">0 to 1439, inclusive.</param>
/// <param name="End">Start + 1 to 2880, exclusive; past 1440 it runs into the next day and belongs to the day it starts.</param>
public readonly record struct Interval(Days Days, int Start, int End)
{
    public const int MinutesPerDay = 1440;
    public const int EndMax = 2 * MinutesPerDay;

    internal bool IsSound =>
        Days is > Days.None and <= Days.All && Start is >= 0 and < MinutesPerDay && End > Start && End <= EndMax;
}

/// <summary>When a right holds: some weekly intervals. Equal when the intervals are.</summary>
public sealed record Schedule(ImmutableArray<Interval> Intervals)
{
    public const int IntervalsMax = 64;

    public bool Equals(Schedule? other) => other is not null && Intervals.AsSpan().SequenceEqual(other.Intervals.AsSpan());

    public override int GetHashCode() => Intervals.Length;

    internal bool IsSound => Intervals.Length <= IntervalsMax && Intervals.All(interval => interval.IsSound);

    internal static void Write(CborWriter writer, Schedule schedule)
    {
        writer.WriteStartArray(schedule.Intervals.Length);
        foreach (var interval in schedule.Intervals)
        {
            writer.WriteStartArray(3);
            writer.WriteInt32((int)interval.Days);
            writer.WriteInt32(interval.Start);
            writer.WriteInt32(interval.End);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    internal static Schedule Read(CborSource source) => new(ImmutableArray.Create(source.Array(IntervalsMax, ReadInterval)));

    private static Interval ReadInterval(CborSource source)
    {
        source.OpenArray(3, min: 3);
        var interval = new Interval(
            (Days)source.Uint((long)Days.All), (int)source.Uint(Interval.EndMax), (int)source.Uint(Interval.EndMax));
        source.CloseArray();
        return interval;
    }
}

/// <summary>From this second on, local time is this many minutes ahead of UTC.</summary>
public readonly record struct ZoneStep(long From, int OffsetMinutes)
{
    /// <summary>18 hours, more than any zone needs.</summary>
    public const int OffsetMinutesMax = 18 * 60;
}

/// <summary>A day on which schedules are closed, but for the one that stands in their place.</summary>
/// <param name="Schedule">Stands in the place of every schedule; null = closed; 0 = always.</param>
public sealed record Holiday(string Name, ushort? Schedule = null)
{
    public const int NameBytesMax = 64;
}
