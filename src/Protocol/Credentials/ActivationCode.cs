using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Protocol.Credentials;

/// <summary>Why a typed code is no code, in order of precedence (spec/codes.md).</summary>
public enum CodeRefusal
{
    BadCharacter,
    Incomplete,
    TooLong,
    Mistyped,
}

/// <summary>What to tell the person who typed.</summary>
/// <param name="Character">The first character that no code has; null unless that is the problem.</param>
/// <param name="Count">How many characters were typed.</param>
/// <param name="Expected">How many there should be.</param>
public readonly record struct CodeProblem(CodeRefusal Refusal, string? Character, int Count, int Expected);

public enum CodeForm
{
    /// <summary>Activation, 24 characters of base32.</summary>
    Base32,

    /// <summary>Activation, 32 digits.</summary>
    Digits,

    /// <summary>Pairing, 12 characters of base32.</summary>
    Pairing,
}

/// <summary>Fills a span with unpredictable bytes; callers give <c>RandomNumberGenerator.Fill</c>.</summary>
public delegate void RandomFill(Span<byte> bytes);

/// <summary>A secret that a person types: an activation code or a pairing code (spec/codes.md). Does not show itself in logs.</summary>
public sealed record ActivationCode
{
    private const int GroupLength = 4;

    private ActivationCode(CodeForm form, string canonical) => (Form, Canonical) = (form, canonical);

    public CodeForm Form { get; }

    /// <summary>Characters without separators, upper case.</summary>
    public string Canonical { get; }

    /// <summary>As written for people: groups of four with hyphens.</summary>
    public string Grouped => string.Join('-', Canonical.Chunk(GroupLength).Select(group => new string(group)));

    public static ActivationCode NewBase32(RandomFill random) => New(CodeForm.Base32, random);

    public static ActivationCode NewDigits(RandomFill random) => New(CodeForm.Digits, random);

    public static ActivationCode NewPairing(RandomFill random) => New(CodeForm.Pairing, random);

    /// <summary>Reads an activation code of either form, as a person typed or pasted it, or the link that holds it.</summary>
    public static bool TryRead(string? typed, [NotNullWhen(true)] out ActivationCode? code, out CodeProblem problem)
    {
        var text = CodeText.Clean(typed ?? "");
        // codes 2
        var form = text.Length > CodeText.LengthOf(CodeForm.Base32) && text.All(char.IsAsciiDigit) ? CodeForm.Digits : CodeForm.Base32;
        return TryRead(text, form, out code, out problem);
    }

    /// <summary>Reads a pairing code.</summary>
    public static bool TryReadPairing(string? typed, [NotNullWhen(true)] out ActivationCode? code, out CodeProblem problem) =>
        TryRead(CodeText.Clean(typed ?? ""), CodeForm.Pairing, out code, out problem);

    /// <summary>What is stored of a code: HMAC-SHA256 by the server's code key, 32 bytes.</summary>
    public byte[] Hash(ReadOnlySpan<byte> codeKey) =>
        HMACSHA256.HashData(codeKey, Encoding.ASCII.GetBytes($"latchkey/1 code\0{Canonical}"));

    public override string ToString() => $"{Form} code (hidden)";

    private static bool TryRead(string text, CodeForm form, out ActivationCode? code, out CodeProblem problem)
    {
        code = null;
        var expected = CodeText.LengthOf(form);
        var characters = CodeText.Characters(text);
        var canonical = new StringBuilder(expected);
        foreach (var character in characters)
        {
            // codes 3 and 4
            if (CodeText.Canonical(character, form) is not { } known)
            {
                problem = new(CodeRefusal.BadCharacter, character, characters.Count, expected);
                return false;
            }

            canonical.Append(known);
        }

        // codes 5
        if (characters.Count != expected)
        {
            var refusal = characters.Count < expected ? CodeRefusal.Incomplete : CodeRefusal.TooLong;
            problem = new(refusal, null, characters.Count, expected);
            return false;
        }

        // codes 6
        problem = new(CodeRefusal.Mistyped, null, expected, expected);
        var good = canonical.ToString();
        if (CodeText.Check(good, form) != 0)
            return false;
        // codes 7
        code = new(form, good);
        problem = default;
        return true;
    }

    private static ActivationCode New(CodeForm form, RandomFill random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new(form, CodeText.WithCheck(CodeText.Random(form, random), form));
    }
}
