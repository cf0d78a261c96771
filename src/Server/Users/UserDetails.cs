using Latchkey.Server.Hosting;

namespace Latchkey.Server.Users;

/// <summary>What a user is called and where mails go; each part is looked at only where it is given.</summary>
static class UserDetails
{
    public static Refused? Lint(string? name, string? email, string? language)
    {
        if (PlainText.Lint(name?.Trim(), User.NameCharsMax, "name", Refusal.NameTooLong) is { } wrong)
            return wrong;
        if (email is not null && !MailAddress.IsGood(email))
            return new(Refusal.EmailWrong, "email");
        return language is not null && !Languages.Known.Contains(language) ? new(Refusal.LanguageUnknown, "language") : null;
    }
}
