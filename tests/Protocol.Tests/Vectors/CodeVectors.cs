using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Tests.Vectors;

static class CodeVectors
{
    public static VectorSet Set { get; } = new("codes.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>>
    {
        ["read"] = Read,
        ["hash"] = Hash,
    });

    // Bytes of SHA-256(label ‖ counter), one after the other: the randomness of the vectors.
    public static RandomFill Randomness(string label)
    {
        var bytes = Enumerable.Range(0, 64).SelectMany(i => SHA256.HashData(Encoding.ASCII.GetBytes($"{label} {i}"))).ToArray();
        var used = 0;
        return span =>
        {
            bytes.AsSpan(used, span.Length).CopyTo(span);
            used += span.Length;
        };
    }

    private static JsonObject Make()
    {
        var base32 = ActivationCode.NewBase32(Randomness("latchkey-test code base32"));
        var digits = ActivationCode.NewDigits(Randomness("latchkey-test code digits"));
        var pairing = ActivationCode.NewPairing(Randomness("latchkey-test code pairing"));
        return new()
        {
            ["page"] = "spec/codes.md",
            ["about"] = "read: form is activation or pairing; problems say the character, or how many there are and should be. hash: HMAC-SHA256.",
            ["read"] = VectorSet.Group([.. Good(base32, digits, pairing), .. Bad(base32.Canonical, digits.Canonical, pairing.Canonical)]),
            ["hash"] = VectorSet.Group([Hashed(base32), Hashed(digits), Hashed(pairing)]),
        };
    }

    private static IEnumerable<JsonObject> Good(ActivationCode base32, ActivationCode digits, ActivationCode pairing)
    {
        yield return Ok("base32 in groups", "activation", base32.Grouped, base32);
        yield return Ok("base32 without separators", "activation", base32.Canonical, base32);
        yield return Ok("base32 in lower case", "activation", base32.Grouped.ToLowerInvariant(), base32);
        yield return Ok("base32 as a link", "activation", $"https://keys.example.com/w/#{base32.Grouped}", base32);
        yield return Ok("base32 behind the first # only", "activation", $"a#{base32.Grouped}", base32);
        yield return Ok("base32 with spaces, tabs, line breaks", "activation", $" {base32.Grouped.Replace("-", " \r\n\t", StringComparison.Ordinal)} ", base32);
        yield return Ok("base32 with dots and underscores", "activation", base32.Grouped.Replace("-", "._", StringComparison.Ordinal), base32);
        yield return Ok("base32 with what mail programs make of it", "activation",
            base32.Grouped.Replace("-", "\u00A0\u2011\u2013\u200B\u202F\u2060\uFEFF\u00AD", StringComparison.Ordinal), base32);
        var zeros = WithCheck(new string('0', 11) + new string('1', 12));
        yield return Ok("O, I and L for 0 and 1", "activation", "oOoOoOoOoOo" + "iIlLiIlLiIlL" + zeros.Canonical[^1], zeros);
        yield return Ok("all zeros", "activation", new string('0', 24), WithCheck(new string('0', 23)));
        yield return Ok("base32 of digits only", "activation", DigitsOnly().Canonical, DigitsOnly());
        yield return Ok("digits in groups", "activation", digits.Grouped, digits);
        yield return Ok("digits as a link", "activation", $"http://127.0.0.1:5400/w/#{digits.Canonical}", digits);
        yield return Ok("pairing in groups", "pairing", pairing.Grouped, pairing);
        yield return Ok("pairing in lower case with spaces", "pairing", pairing.Grouped.ToLowerInvariant().Replace('-', ' '), pairing);
    }

    private static IEnumerable<JsonObject> Bad(string base32, string digits, string pairing)
    {
        yield return Problem("nothing", "activation", "", "incomplete", null, 0, 24);
        yield return Problem("separators only", "activation", " - ", "incomplete", null, 0, 24);
        yield return Problem("one missing", "activation", base32[..^1], "incomplete", null, 23, 24);
        yield return Problem("one too many", "activation", base32 + base32[0], "too_long", null, 25, 24);
        yield return Problem("first character wrong", "activation", Next(base32, 0), "mistyped", null, 24, 24);
        yield return Problem("last character wrong", "activation", Next(base32, 23), "mistyped", null, 24, 24);
        yield return Problem("neighbours swapped", "activation", Swap(base32, 4), "mistyped", null, 24, 24);
        yield return Problem("U is no character", "activation", "U" + base32[1..], "bad_character", "U", 24, 24);
        yield return Problem("a lower-case u is named as typed", "activation", "u" + base32[1..], "bad_character", "u", 24, 24);
        yield return Problem("a bad character comes before a wrong length", "activation", "12!4", "bad_character", "!", 4, 24);
        yield return Problem("the first bad character is named", "activation", "1?!", "bad_character", "?", 3, 24);
        yield return Problem("a dotless i is no I", "activation", "\u0131" + base32[1..], "bad_character", "\u0131", 24, 24);
        yield return Problem("a long s is no S", "activation", "\u017F" + base32[1..], "bad_character", "\u017F", 24, 24);
        yield return Problem("a Kelvin sign is no K", "activation", "\u212A" + base32[1..], "bad_character", "\u212A", 24, 24);
        yield return Problem("full-width digits are no digits", "activation", "\uFF11" + base32[1..], "bad_character", "\uFF11", 24, 24);
        yield return Problem("a picture is one character", "activation", "\U0001F511" + base32[1..], "bad_character", "\U0001F511", 24, 24);
        yield return Problem("a link without fragment", "activation", "https://keys.example.com/w/", "bad_character", ":", 25, 24);
        yield return Problem("a link with an empty fragment", "activation", "https://keys.example.com/w/#", "incomplete", null, 0, 24);
        yield return Problem("a second #", "activation", $"#{base32[..4]}#{base32[4..]}", "bad_character", "#", 25, 24);
        yield return Problem("25 digits are the digits form", "activation", digits[..25], "incomplete", null, 25, 32);
        yield return Problem("24 digits are base32", "activation", Next(DigitsOnly().Canonical, 3), "mistyped", null, 24, 24);
        yield return Problem("33 digits", "activation", digits + "0", "too_long", null, 33, 32);
        yield return Problem("a digit wrong", "activation", NextDigit(digits, 7), "mistyped", null, 32, 32);
        yield return Problem("digits swapped", "activation", Swap(digits, 9), "mistyped", null, 32, 32);
        yield return Problem("digits with one letter are base32", "activation", "A" + digits[1..], "too_long", null, 32, 24);
        yield return Problem("an activation code for pairing", "pairing", base32, "too_long", null, 24, 12);
        yield return Problem("pairing cut", "pairing", pairing[..8], "incomplete", null, 8, 12);
        yield return Problem("pairing mistyped", "pairing", Next(pairing, 5), "mistyped", null, 12, 12);
    }

    private static JsonObject Ok(string name, string form, string typed, ActivationCode code) => new()
    {
        ["name"] = name, ["form"] = form, ["typed"] = typed, ["expect"] = "ok", ["canonical"] = code.Canonical, ["grouped"] = code.Grouped,
    };

    private static JsonObject Problem(string name, string form, string typed, string expect, string? character, int count, int expected) => new()
    {
        ["name"] = name, ["form"] = form, ["typed"] = typed, ["expect"] = expect, ["character"] = character, ["count"] = count, ["expected"] = expected,
    };

    private static JsonObject Hashed(ActivationCode code)
    {
        var key = SHA256.HashData("latchkey-test code key"u8);
        return new()
        {
            ["name"] = code.Form.ToString().ToLowerInvariant(), ["key"] = VectorFile.Hex(key), ["canonical"] = code.Canonical,
            ["expect"] = "ok",
            ["hash"] = VectorFile.Hex(HMACSHA256.HashData(key, (byte[])[.. "latchkey/1 code"u8, 0, .. Encoding.ASCII.GetBytes(code.Canonical)])),
        };
    }

    private static JsonObject Read(JsonObject vector)
    {
        var typed = vector["typed"]!.GetValue<string>();
        var pairing = vector["form"]!.GetValue<string>() == "pairing";
        CodeProblem problem;
        if (pairing ? ActivationCode.TryReadPairing(typed, out var code, out problem) : ActivationCode.TryRead(typed, out code, out problem))
            return new() { ["expect"] = "ok", ["canonical"] = code.Canonical, ["grouped"] = code.Grouped };
        return new()
        {
            ["expect"] = Snake.Case(problem.Refusal), ["character"] = problem.Character, ["count"] = problem.Count, ["expected"] = problem.Expected,
        };
    }

    private static JsonObject Hash(JsonObject vector)
    {
        var canonical = vector["canonical"]!.GetValue<string>();
        if (!ActivationCode.TryRead(canonical, out var code, out _))
            Assert.True(ActivationCode.TryReadPairing(canonical, out code, out _));
        return new() { ["expect"] = "ok", ["hash"] = VectorFile.Hex(code!.Hash(vector["key"].Bytes())) };
    }

    private static string Next(string code, int at)
    {
        const string alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        return code[..at] + alphabet[(alphabet.IndexOf(code[at], StringComparison.Ordinal) + 1) % 32] + code[(at + 1)..];
    }

    private static string NextDigit(string code, int at) => code[..at] + (char)('0' + (code[at] - '0' + 1) % 10) + code[(at + 1)..];

    private static string Swap(string code, int at)
    {
        while (code[at] == code[at + 1])
            at++;
        return code[..at] + code[at + 1] + code[at] + code[(at + 2)..];
    }

    // The one last character that makes a code good.
    private static ActivationCode WithCheck(string random) =>
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ".Select(last => ActivationCode.TryRead(random + last, out var code, out _) ? code : null)
            .Single(code => code is not null)!;

    private static ActivationCode DigitsOnly() =>
        Enumerable.Range(1, 1000).Select(i => WithCheck($"{i:D23}")).First(code => code.Canonical.All(char.IsAsciiDigit));
}

static class Snake
{
    /// <summary>An enum member as specification and vectors name it.</summary>
    public static string Case<T>(T value)
        where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));
}
