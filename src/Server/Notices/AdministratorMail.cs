using System.Globalization;

namespace Latchkey.Server.Notices;

/// <summary>What changed in how an administrator signs in.</summary>
public enum SignInChange
{
    Password,
    AuthenticatorOn,
    AuthenticatorOff,
    PasskeyAdded,
    PasskeyRemoved,

    /// <summary>By somebody above: app, recovery codes and passkeys are gone.</summary>
    FactorsReset,
}

/// <summary>Mails to administrators about their own sign-in.</summary>
public static class AdministratorMail
{
    /// <summary>A link that works once: to the first password or passkey, or to a new password.</summary>
    /// <param name="by">Who sent it; null is somebody at the sign-in page.</param>
    /// <param name="timeZone">IANA name; the end is said in it.</param>
    public static Mail WithLink(
        MessageKind kind, string account, string? by, string link, DateTimeOffset endsAt, string timeZone, string toName, string to, string language)
    {
        var words = CultureInfo.GetCultureInfo(language);
        var local = TimeZoneInfo.ConvertTime(endsAt, TimeZoneInfo.FindSystemTimeZoneById(timeZone));
        var moment = local.ToString(InvitationMail.Word("Moment", words), words);
        return Write($"{kind}", account, link, $"{moment} ({timeZone})", toName, to, language, account, by ?? InvitationMail.Word("NewPasswordLink.Somebody", words));
    }

    /// <summary>Somebody who signs in already has one more place.</summary>
    public static Mail Added(string account, string by, string link, string toName, string to, string language) =>
        Write("AdministratorAdded", account, link, null, toName, to, language, account, by);

    public static Mail Changed(string account, SignInChange change, string by, string link, string toName, string to, string language) =>
        Write($"SignInChanged.{change}", account, link, null, toName, to, language, account, by);

    static Mail Write(string key, string account, string link, string? ends, string toName, string to, string language, params object[] values)
    {
        var words = CultureInfo.GetCultureInfo(language);
        string Say(string word, params object[] filled) => string.Format(words, InvitationMail.Word(word, words), filled);
        var (subject, text, button) = (Say($"{key}.Subject", values), Say($"{key}.Text", values), Say($"{key.Split('.')[0]}.Button"));
        var after = ends is null ? Say("Administrator.NotYou") : Say("Administrator.Ends", ends);
        var html = MailHtml.Write(
            language, subject, account, Say("Invitation.SentBy", account),
            MailHtml.Title(subject), MailHtml.Paragraph(text), MailHtml.Button(button, link), MailHtml.Small(after));
        return new(account, null, to, toName, language, subject, $"{text}\n\n{button}:\n{link}\n\n{after}\n", html, null);
    }
}
