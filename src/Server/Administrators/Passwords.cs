using System.Collections.Frozen;
using System.IO.Compression;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Administrators;

/// <summary>What a new password must be. It is looked at only where one is chosen, so an older one goes on working.</summary>
static class Passwords
{
    /// <summary>With so many characters anything is good: a few words are.</summary>
    public const int FreeChars = 15;

    /// <summary>With fewer than that, so many, of three kinds.</summary>
    public const int CharsMin = 8;

    /// <summary>So many characters about a common word make no other password of it.</summary>
    public const int AboutMax = 6;

    public static Refused? Lint(string? password, string field)
    {
        if (password is null or { Length: > SignIn.PasswordCharsMax })
            return new(Refusal.PasswordWeak, field);
        var mixed = password.Any(char.IsUpper) && password.Any(char.IsLower) && password.Any(c => !char.IsLetter(c));
        var differs = password.Distinct().Count() >= CharsMin / 2;
        if (!differs || (password.Length < FreeChars && (password.Length < CharsMin || !mixed)))
            return new(Refusal.PasswordWeak, field);
        return IsCommon(password) ? new(Refusal.PasswordCommon, field) : null;
    }

    // The list is looked at as a whole only when somebody chooses a password.
    static readonly Lazy<FrozenSet<string>> Common = new(ReadCommon);

    /// <summary>
    /// Whether it is on the list of those that everybody tries first, or one of them with a few digits or signs about it: <c>Summer2026!</c> is no better than
    /// the word in it.
    /// </summary>
    internal static bool IsCommon(string password)
    {
        var folded = password.ToLowerInvariant();
        var first = folded.AsSpan().IndexOfAnyInRange('a', 'z');
        var core = first < 0 ? folded : folded[first..(folded.AsSpan().LastIndexOfAnyInRange('a', 'z') + 1)];
        return Common.Value.Contains(folded) || (folded.Length - core.Length <= AboutMax && Common.Value.Contains(core));
    }

    static FrozenSet<string> ReadCommon()
    {
        using var packed = typeof(Passwords).Assembly.GetManifestResourceStream("common-passwords.txt.gz")!;
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var text = new StreamReader(unpacked);
        return text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
