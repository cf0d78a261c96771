using Latchkey.Server.Hosting;

namespace Latchkey.Server.Administrators;

/// <summary>What a new password must be. It is looked at only where one is chosen, so an older one goes on working.</summary>
static class Passwords
{
    /// <summary>With so many characters anything is good: a few words are.</summary>
    public const int FreeChars = 15;

    /// <summary>With fewer than that, so many, of three kinds.</summary>
    public const int CharsMin = 8;

    public static Refused? Lint(string? password, string field)
    {
        if (password is null or { Length: > SignIn.PasswordCharsMax })
            return new(Refusal.PasswordWeak, field);
        var mixed = password.Any(char.IsUpper) && password.Any(char.IsLower) && password.Any(c => !char.IsLetter(c));
        var differs = password.Distinct().Count() >= CharsMin / 2;
        return differs && (password.Length >= FreeChars || (password.Length >= CharsMin && mixed)) ? null : new(Refusal.PasswordWeak, field);
    }
}
