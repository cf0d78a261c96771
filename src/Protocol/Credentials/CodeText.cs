using System.Globalization;
using System.Text;

namespace Latchkey.Protocol.Credentials;

// Alphabets, separators and checks of spec/codes.md.
internal static class CodeText
{
    private const string Base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string Digits = "0123456789";

    // What people, mail programs and keyboards put between groups. Spelled out, because two platforms' notions of white space differ.
    private const string Separators =
        "\t\n\v\f\r -._\u00A0\u00AD\u2007\u2009\u200B\u200C\u200D\u2010\u2011\u2012\u2013\u2014\u2028\u2029\u202F\u2060\u2212\u3000\uFEFF";

    private static readonly string[] Damm =
    [
        "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
        "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
    ];

    public static int LengthOf(CodeForm form) => form switch
    {
        CodeForm.Base32 => 24,
        CodeForm.Digits => 32,
        CodeForm.Pairing => 12,
    };

    // codes 1; a link is read from its fragment.
    public static string Clean(string typed)
    {
        var fragment = typed.IndexOf('#', StringComparison.Ordinal);
        var text = new StringBuilder(64);
        foreach (var character in typed.AsSpan(fragment + 1))
            if (!Separators.Contains(character, StringComparison.Ordinal))
                text.Append(character);
        return text.ToString();
    }

    // Code points, so that a picture typed by accident counts and is named as one character, on every platform.
    public static List<string> Characters(string text)
    {
        var characters = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            characters.Add(text.Substring(i, pair ? 2 : 1));
            if (pair)
                i++;
        }

        return characters;
    }

    // Only ASCII letters have a case here: a dotless i is no I.
    public static char? Canonical(string character, CodeForm form)
    {
        if (character.Length != 1 || !char.IsAscii(character[0]))
            return null;
        if (form == CodeForm.Digits)
            return char.IsAsciiDigit(character[0]) ? character[0] : null;
        var upper = char.ToUpperInvariant(character[0]) switch
        {
            'O' => '0',
            'I' or 'L' => '1',
            var other => other,
        };
        return Base32.Contains(upper, StringComparison.Ordinal) ? upper : null;
    }

    // 0 for a good code; what is left otherwise.
    public static int Check(string code, CodeForm form) => form == CodeForm.Digits
        ? code.Aggregate(0, (interim, digit) => Damm[interim][digit - '0'] - '0')
        : code.Aggregate(0, (sum, character) => TimesAlpha(sum) ^ Base32.IndexOf(character, StringComparison.Ordinal));

    public static string WithCheck(string random, CodeForm form) => random + (form == CodeForm.Digits
        ? Check(random, form).ToString(CultureInfo.InvariantCulture) // Damm: the interim digit itself closes the code
        : Base32[TimesAlpha(Check(random, form))].ToString());

    public static string Random(CodeForm form, RandomFill fill)
    {
        var length = LengthOf(form) - 1;
        var text = new StringBuilder(length + 1);
        Span<byte> random = stackalloc byte[1];
        while (text.Length < length)
        {
            fill(random);
            if (form != CodeForm.Digits)
                text.Append(Base32[random[0] & 31]);
            else if (random[0] < 250)
                // 250 to 255 are thrown away: the rest is without bias.
                text.Append(Digits[random[0] % 10]);
        }

        random.Clear();
        return text.ToString();
    }

    // Multiplication by α in GF(2^5) with x^5 + x^2 + 1.
    private static int TimesAlpha(int value) => ((value << 1) ^ ((value >> 4) * 0b100101)) & 31;
}
