using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Credentials;

/// <summary>A right: the readers of a set, within a schedule, from (inclusive) until (exclusive).</summary>
/// <param name="Set">Number of a reader set, as in the bundle.</param>
/// <param name="Schedule">Number of a schedule, as in the bundle; 0 = always.</param>
/// <param name="From">Seconds; 0 = from the beginning.</param>
/// <param name="Until">Seconds; <see cref="UnixTime.End"/> = no end.</param>
public readonly record struct Rule(ushort Set, ushort Schedule, long From = 0, long Until = UnixTime.End)
{
    /// <summary>The schedule that is always open.</summary>
    public const ushort Always = 0;

    public bool Covers(long now) => now >= From && now < Until;

    internal bool IsSound => From >= 0 && From < Until && Until <= UnixTime.End;

    internal void Write(System.Formats.Cbor.CborWriter writer)
    {
        var items = Until != UnixTime.End ? 4 : From != 0 ? 3 : 2;
        writer.WriteStartArray(items);
        writer.WriteUInt32(Set);
        writer.WriteUInt32(Schedule);
        if (items > 2)
            writer.WriteInt64(From);
        if (items > 3)
            writer.WriteInt64(Until);
        writer.WriteEndArray();
    }

    internal static Rule Read(CborSource source)
    {
        var items = source.OpenArray(4, min: 2);
        var rule = new Rule(
            source.Uint16(),
            source.Uint16(),
            // A beginning of 0 is written only where an end follows; no end is written as nothing.
            items > 2 ? source.Uint(UnixTime.End, min: items == 3 ? 1 : 0) : 0,
            items > 3 ? source.Uint(UnixTime.End - 1) : UnixTime.End);
        source.CloseArray();
        return rule;
    }
}
