namespace Latchkey.Server.Hosting;

/// <summary>One line of text, as people and machines send it: no control characters, among them U+0000, which PostgreSQL does not store.</summary>
static class PlainText
{
    /// <summary>Refuses what is longer than its field takes or holds a control character; an absent text is fine.</summary>
    public static Refused? Lint(string? text, int charsMax, string field, Refusal refusal = Refusal.TextTooLong) =>
        text is null || (text.Length <= charsMax && IsPlain(text))
            ? null
            : new(refusal, field, $"This text has at most {charsMax} characters, none of them control characters.");

    public static bool IsPlain(string text) => !text.Any(char.IsControl);

    /// <summary>What a machine says of itself is kept without them: it is shown, and nothing hangs on it.</summary>
    public static string Of(string text) => IsPlain(text) ? text : new([.. text.Where(c => !char.IsControl(c))]);
}
