using System.Globalization;

namespace Latchkey.Server.Notices;

/// <summary>Tells an administrator that somebody asks for a new code. It carries no code, only the way to the user's card.</summary>
public static class AskedMail
{
    public static Mail Write(string customer, string user, string link, string toName, string to, string language)
    {
        var words = CultureInfo.GetCultureInfo(language);
        string Say(string key, params object[] values) => string.Format(words, InvitationMail.Word(key, words), values);
        var subject = Say("Asked.Subject", user, customer);
        var text = Say("Asked.Text", user, customer);
        var button = Say("Asked.Button");
        var html = MailHtml.Write(
            language, subject, customer, Say("Invitation.SentBy", customer),
            MailHtml.Title(Say("Asked.Title")), MailHtml.Paragraph(text), MailHtml.Button(button, link));
        return new(customer, null, to, toName, language, subject, $"{text}\n\n{button}:\n{link}\n", html, null);
    }
}
