namespace Latchkey.Journey.Tests.Setting;

/// <summary>Just enough of PKOC's messages to spoil one.</summary>
static class Tlv
{
    public static byte[] Without(byte[] message, byte tag) =>
        [.. Each(message).Where(tlv => tlv.Tag != tag).SelectMany(tlv => message[tlv.Start..tlv.End])];

    /// <summary>One bit of the value turned over.</summary>
    public static byte[] Flipped(byte[] message, byte tag, int at)
    {
        byte[] spoilt = [.. message];
        foreach (var tlv in Each(message).Where(tlv => tlv.Tag == tag))
            spoilt[tlv.Value + at] ^= 1;
        return spoilt;
    }

    // A message that is cut ends with what there is of its last value.
    static IEnumerable<(byte Tag, int Start, int Value, int End)> Each(byte[] message)
    {
        for (var start = 0; start + 1 < message.Length;)
        {
            var (length, value) = message[start + 1] switch
            {
                0x81 => (message[start + 2], start + 3),
                0x82 => ((message[start + 2] << 8) | message[start + 3], start + 4),
                var plain => (plain, start + 2),
            };
            var end = Math.Min(value + length, message.Length);
            yield return (message[start], start, value, end);
            start = end;
        }
    }
}
