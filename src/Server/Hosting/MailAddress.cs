using System.Buffers;

namespace Latchkey.Server.Hosting;

static class MailAddress
{
    public const int CharsMax = 254;

    static readonly SearchValues<char> NotInAPlainAddress = SearchValues.Create("<>,;:\"()[]\\");

    /// <summary>
    /// Good enough to send to: one @, no blanks or control characters (they could begin a second header), a domain.
    /// Whether the box exists, only the mail server knows.
    /// </summary>
    public static bool IsGood(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length is 0 or > CharsMax || trimmed.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return false;
        return !trimmed.AsSpan().ContainsAny(NotInAPlainAddress) && MimeKit.MailboxAddress.TryParse(trimmed, out var mailbox)
            && mailbox.Address == trimmed && trimmed.Count(c => c == '@') == 1 && !trimmed.StartsWith('@') && !trimmed.EndsWith('@');
    }
}
