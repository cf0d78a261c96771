using System.Globalization;
using System.Resources;

namespace Latchkey.Server.Notices;

/// <summary>What an invitation says, before it is put into words.</summary>
/// <param name="IsNewCode">A fresh code for a key that was invited before: the earlier code has stopped.</param>
public sealed record Invitation(
    string Customer, string? ContactName, string? ContactEmail, string? ContactPhone, string? ContactHours,
    string Name, string Email, string Language, string Code, string Link, Uri Origin,
    DateTimeOffset CodeEndsAt, string TimeZone, bool IsNewCode)
{
    // A record prints its members; a code is not for printing.
    public override string ToString() => $"invitation in {Language}";
}

/// <summary>Puts an invitation into words, in the language of the person who gets it.</summary>
public static class InvitationMail
{
    static readonly ResourceManager Words = new("Latchkey.Server.Notices.MailTexts", typeof(InvitationMail).Assembly);

    public static Mail Write(Invitation invitation)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        var language = CultureInfo.GetCultureInfo(invitation.Language);
        string Say(string key, params object[] values) =>
            string.Format(language, Word(key, language), values);

        var subject = Say(invitation.IsNewCode ? "NewCode.Subject" : "Invitation.Subject", invitation.Customer);
        var title = Say(invitation.IsNewCode ? "NewCode.Title" : "Invitation.Title");
        var hello = Say(invitation.IsNewCode ? "NewCode.Hello" : "Invitation.Hello", FirstName(invitation.Name), invitation.Customer);
        var button = Say("Invitation.Button");
        var computer = Say("Invitation.Computer");
        var typed = Say("Invitation.Type", invitation.Origin.Authority + "/w/");
        var moment = Moment(invitation.CodeEndsAt, invitation.TimeZone, language);
        var ends = Say("Invitation.Ends", moment, invitation.TimeZone);
        var help = Help(invitation, Say);
        var groups = invitation.Code.Split('-');
        var half = (groups.Length + 1) / 2;
        var (firstLine, secondLine) = (string.Join(' ', groups[..half]), string.Join(' ', groups[half..]));

        var text = $"""
            {title}

            {hello}

            {button}:
            {invitation.Link}

            {computer} {typed}

              {firstLine} {secondLine}

            {ends}

            {help}

            {invitation.Customer}
            """;
        var html = MailHtml.Write(
            invitation.Language, subject, invitation.Customer, Say("Invitation.SentBy", invitation.Customer),
            MailHtml.Title(title),
            MailHtml.Paragraph(hello),
            MailHtml.Button(button, invitation.Link),
            MailHtml.Code(computer, typed, firstLine, secondLine, Say("Invitation.Picture")),
            MailHtml.Small(ends, moment),
            MailHtml.Line(),
            MailHtml.Small(help));
        return new(
            invitation.Customer, invitation.ContactEmail, invitation.Email, invitation.Name, invitation.Language, subject, text, html,
            invitation.Link);
    }

    internal static string Word(string key, CultureInfo language) =>
        Words.GetString(key, language) ?? throw new InvalidOperationException($"No words for {key}.");

    static string Help(Invitation invitation, Func<string, object[], string> say)
    {
        string[] who = [.. new[] { invitation.ContactName, invitation.ContactPhone, invitation.ContactEmail, invitation.ContactHours }.OfType<string>()];
        return who.Length == 0 ? say("Invitation.HelpNobody", [invitation.Customer]) : say("Invitation.Help", [string.Join(", ", who)]);
    }

    static string FirstName(string name) => name.Split(' ', 2)[0];

    // The month by name: numbers alone mean different days in different countries.
    static string Moment(DateTimeOffset moment, string timeZone, CultureInfo language)
    {
        var local = TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(timeZone));
        return local.ToString(Word("Moment", language), language);
    }
}
