using System.Globalization;
using System.Net;

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
        var html = $"""
            <!doctype html>
            <html lang="{WebUtility.HtmlEncode(language)}"><head><meta charset="utf-8"><title>{WebUtility.HtmlEncode(subject)}</title></head>
            <body style="margin:0;padding:36px 16px;background:#F5F6F9;font-family:-apple-system,'Segoe UI',Inter,Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:25px;color:#141821">
            <p>{WebUtility.HtmlEncode(text)}</p>
            <p><a href="{WebUtility.HtmlEncode(link)}" style="color:#3550D6">{WebUtility.HtmlEncode(button)}</a></p>
            </body></html>
            """;
        return new(customer, null, to, toName, language, subject, $"{text}\n\n{button}:\n{link}\n", html, null);
    }
}
