using System.Text;

namespace Latchkey.Protocol.Wire;

// Text as it may stand in CBOR. Half a surrogate pair has no UTF-8, so such a string is no text.
internal static class WellFormed
{
    public static bool Text(string? text, int bytesMax, int bytesMin = 0)
    {
        if (text is null)
            return true;
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
                return false;
        return Encoding.UTF8.GetByteCount(text) is var bytes && bytes >= bytesMin && bytes <= bytesMax;
    }

    // As much of a text as fits, without a broken character.
    public static string Cut(string text, int bytesMax)
    {
        if (Text(text, bytesMax))
            return text;
        var cut = new StringBuilder();
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax)
                break;
            cut.Append(rune.ToString());
        }

        return cut.ToString();
    }
}
