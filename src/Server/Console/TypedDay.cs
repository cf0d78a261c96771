using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Latchkey.Server.Console;

/// <summary>A day as it was typed: none, one that counts, or something that is no such day. The last is never taken for the first.</summary>
public readonly record struct TypedDay
{
    public static readonly DateTime First = new(2000, 1, 1);
    public static readonly DateTime Last = new(2199, 12, 31);

    private const string Iso = "yyyy-MM-dd";

    /// <summary>The day at midnight, without a zone.</summary>
    public DateTime? Day { get; private init; }

    /// <summary>Half a day, none of the calendar's, or not from <see cref="First"/> to <see cref="Last"/>.</summary>
    public bool Wrong { get; private init; }

    /// <summary>As it is kept already, however far away.</summary>
    public static TypedDay Of(DateTime? day) => new() { Day = day?.Date };

    /// <param name="typed">Year, month and day as <c>2026-11-23</c>; empty is none.</param>
    /// <param name="unreadable">The input holds something that it can't say.</param>
    public static TypedDay Read(string? typed, bool unreadable) =>
        unreadable ? new() { Wrong = true }
        : string.IsNullOrEmpty(typed) ? default
        : DateTime.TryParseExact(typed, Iso, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day >= First && day <= Last ? Of(day)
        : new() { Wrong = true };

    public static string? Write(DateTime? day) => day?.ToString(Iso, CultureInfo.InvariantCulture);
}

/// <summary>What a date input holds, as console.js tells it: the browser's own events are silent about half a day.</summary>
public sealed class DayEventArgs : EventArgs
{
    public string? Value { get; set; }
    public bool Unreadable { get; set; }
}

/// <summary>Events that the console adds to the browser's; the name is what the compiler looks for.</summary>
[EventHandler("onday", typeof(DayEventArgs), enableStopPropagation: true, enablePreventDefault: true)]
public static class EventHandlers;
