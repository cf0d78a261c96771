namespace Latchkey.Protocol.Wire;

/// <summary>Time on the wire: unsigned seconds since 1970-01-01T00:00:00Z, 32 bits.</summary>
public static class UnixTime
{
    /// <summary>Means <em>no end</em>, and is past every real time.</summary>
    public const long End = uint.MaxValue;

    /// <summary>Whole seconds; the part of a second is cut off.</summary>
    public static long ToUnix(this DateTimeOffset time) => Math.Clamp(time.ToUnixTimeSeconds(), 0, End);

    /// <summary>An end that may be missing: what lies beyond the 32 bits (7 February 2106) is no end, and none is written as nothing.</summary>
    public static long? ToUnixEnd(this DateTimeOffset? end) => end?.ToUnix() is { } seconds && seconds < End ? seconds : null;

    public static DateTimeOffset FromUnix(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
