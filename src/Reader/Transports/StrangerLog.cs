namespace Latchkey.Reader.Transports;

/// <summary>
/// Limits how many events strangers can cause (and keys that are refused again and again): what proves nothing costs nothing to send, and each event
/// costs a disk sync and room. Those beyond the limit are decided all the same, and counted; the next one that is written says how many there were.
/// </summary>
public sealed class StrangerLog
{
    public const int EventsPerWindowMax = 30;
    public const int WindowSeconds = 60;

    private long windowStart = long.MinValue;
    private int written;
    private long passedOver;

    /// <param name="text">Words for the event, when some were passed over before it.</param>
    public bool Admits(long now, out string? text)
    {
        text = null;
        if (windowStart == long.MinValue || now - windowStart is < 0 or >= WindowSeconds)
            (windowStart, written) = (now, 0);
        if (written >= EventsPerWindowMax)
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
