using System.Globalization;

namespace Latchkey.Server.Notices;

/// <summary>Tells an owner that the distributor has come in although the door was shut.</summary>
public static class GlassMail
{
    public static Mail Write(
        string customer, string distributor, string administrator, string why, DateTimeOffset endsAt, string timeZone, string link, string toName, string to, string language)
    {
        var words = CultureInfo.GetCultureInfo(language);
        string Say(string key, params object[] values) => string.Format(words, InvitationMail.Word(key, words), values);
        var local = TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? TimeZoneInfo.ConvertTime(endsAt, zone) : endsAt;
        var subject = Say("Glass.Subject", distributor, customer);
        var text = Say("Glass.Text", administrator, distributor, customer, local.ToString("d MMM yyyy, HH:mm", words));
        var reason = Say("Glass.Why", why);
        var next = Say("Glass.Next");
        var button = Say("Glass.Button");
        var html = MailHtml.Write(
            language, subject, customer, Say("Invitation.SentBy", customer),
            MailHtml.Title(Say("Glass.Title")), MailHtml.Paragraph(text), MailHtml.Paragraph(reason), MailHtml.Paragraph(next), MailHtml.Button(button, link));
        return new(customer, null, to, toName, language, subject, $"{text}\n\n{reason}\n\n{next}\n\n{button}:\n{link}\n", html, null);
    }
}
