namespace Latchkey.Reader.Transports;

/// <summary>
/// Limits how many events strangers can cause (and keys that are refused again and again): what proves nothing costs nothing to send, and each event
/// costs a disk sync and room. Those beyond the limit are decided all the same, and counted; the next one that is written says how many there were.
/// While many events wait for the server, which may be away for weeks, one an hour is written, so that strangers alone fill no disk. Nothing is ever
/// put out of the log for them.
/// </summary>
public sealed class StrangerLog
{
    public const int EventsPerWindowMax = 30;
    public const int WindowSeconds = 60;

    /// <summary>From so many events without a receipt on, one event of strangers is written each <see cref="LongWindowSeconds"/>.</summary>
    public const int WaitingMax = 2_000;
    public const int LongWindowSeconds = 3600;

    private long windowStart = long.MinValue;
    private int written;
    private long passedOver;

    /// <param name="waiting">Events, of anybody, that the site has given no receipt for.</param>
    /// <param name="text">Words for the event, when some were passed over before it.</param>
    public bool Admits(long now, long waiting, out string? text)
    {
        text = null;
        var (seconds, max) = waiting < WaitingMax ? (WindowSeconds, EventsPerWindowMax) : (LongWindowSeconds, 1);
        if (windowStart == long.MinValue || now - windowStart < 0 || now - windowStart >= seconds)
            (windowStart, written) = (now, 0);
        if (written >= max)
        {
            passedOver++;
            return false;
        }

        written++;
        if (passedOver > 0)
            text = $"{passedOver} more tries came to nothing and were not written down.";
        passedOver = 0;
        return true;
    }
}
