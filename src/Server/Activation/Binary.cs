using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Latchkey.Server.Activation;

/// <summary>Binary values in JSON: base64url without padding, in the one spelling the writer would write.</summary>
public static class Binary
{
    public static string Text(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    public static bool TryRead(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || !Base64Url.IsValid(text))
            return false;
        var read = Base64Url.DecodeFromChars(text);
        if (Text(read) != text)
            return false;
        bytes = read;
        return true;
    }
}
