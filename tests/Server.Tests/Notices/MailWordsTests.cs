using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Xunit;

namespace Latchkey.Server.Tests.Notices;

/// <summary>Every mail in every language: whole, its own words, nothing fetched.</summary>
public partial class MailWordsTests
{
    const string Link = "https://keys.example/w/#7K2M-9QXR-4TBH-P0WZ-3NCV-8DGE";

    public static TheoryData<string> Known => [.. Languages.Known];

    static Mail Invitation(string language, bool isNewCode = false) => InvitationMail.Write(new(
        "Alfa & Reality", "Marie Králová", "marie@alfa.example", "+420 602 555 001", "8:00–17:00",
        "Žofie Králová", "zofie@example.com", language, "7K2M-9QXR-4TBH-P0WZ-3NCV-8DGE", Link, new("https://keys.example/"),
        new(2026, 11, 30, 14, 5, 0, TimeSpan.Zero), "Europe/Prague", isNewCode));

    static Mail Asked(string language) =>
        AskedMail.Write("Alfa & Reality", "Žofie Králová", "https://keys.example/users/18", "Marie", "marie@alfa.example", language);

    static Dictionary<string, string> Words(string language)
    {
        var culture = language == Languages.Default ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(language);
        var set = new ResourceManager("Latchkey.Server.Notices.MailTexts", typeof(InvitationMail).Assembly)
            .GetResourceSet(culture, createIfNotExists: true, tryParents: false);
        Assert.NotNull(set);
        return set.Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!);
    }

    [Theory, MemberData(nameof(Known))]
    public void Every_language_has_every_text_with_the_same_holes(string language)
    {
        var english = Words(Languages.Default);
        var words = Words(language);
        Assert.Equal(english.Keys.Order(), words.Keys.Order());
        foreach (var (key, text) in words)
        {
            Assert.False(string.IsNullOrWhiteSpace(text), key);
            Assert.Equal(Holes(english[key]), Holes(text));
            Assert.DoesNotContain('!', text);
            if (language != Languages.Default && key != "Moment")
                Assert.NotEqual(english[key], text);
        }
    }

    [Theory, MemberData(nameof(Known))]
    public void An_invitation_says_all_of_it_as_text_and_as_html(string language)
    {
        foreach (var isNewCode in new[] { false, true })
        {
            var mail = Invitation(language, isNewCode);
            var words = Words(language);
            Assert.Equal(string.Format(CultureInfo.InvariantCulture, words[isNewCode ? "NewCode.Subject" : "Invitation.Subject"], "Alfa & Reality"), mail.Subject);
            Assert.Equal(("Alfa & Reality", "marie@alfa.example", Link), (mail.FromName, mail.ReplyTo, mail.QrText));
            foreach (var body in new[] { mail.Text, System.Net.WebUtility.HtmlDecode(mail.Html) })
            {
                foreach (var said in new[] { "Alfa & Reality", "Žofie", Link, words["Invitation.Button"], words["Invitation.Computer"], "keys.example/w/", "+420 602 555 001", "15:05", "(Europe/Prague)" })
                    Assert.Contains(said, body, StringComparison.Ordinal);
                Assert.Contains("7K2M 9QXR 4TBH", body, StringComparison.Ordinal);
                Assert.Contains("P0WZ 3NCV 8DGE", body, StringComparison.Ordinal);
                Assert.DoesNotMatch(@"\{\d\}", body);
            }
            Assert.Contains($"lang=\"{language}\"", mail.Html, StringComparison.Ordinal);
            Assert.Contains("Alfa &amp; Reality", mail.Html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("en", "Monday 30 Nov 2026, 15:05")]
    [InlineData("cs", "pondělí 30. listopadu 2026, 15:05")]
    [InlineData("sv", "måndag 30 november 2026, 15:05")]
    [InlineData("de", "Montag, 30. November 2026, 15:05")]
    [InlineData("fr", "lundi 30 novembre 2026, 15:05")]
    public void The_end_of_a_code_is_a_day_and_a_month_by_name(string language, string moment)
    {
        var mail = Invitation(language);
        Assert.Contains(moment, mail.Text, StringComparison.Ordinal);
        Assert.Contains($">{System.Net.WebUtility.HtmlEncode(moment)}</b>", mail.Html, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Known))]
    public void Nothing_in_a_mail_is_fetched_and_only_its_own_link_leads_out(string language)
    {
        foreach (var mail in new[] { Invitation(language), Asked(language) })
        {
            var own = mail.QrText ?? "https://keys.example/users/18";
            Assert.All(Source().Matches(mail.Html), match => Assert.StartsWith("cid:", match.Groups[1].Value, StringComparison.Ordinal));
            Assert.Equal(own, Assert.Single(Way().Matches(mail.Html)).Groups[1].Value);
            Assert.DoesNotMatch(@"url\(|<script|<link|@import|<iframe", mail.Html);
            Assert.Equal(1, mail.Html.Split("https://").Length - 1);

            // All pictures that are named are inside, and nothing else is.
            var bytes = MimeMail.Build(Guid.NewGuid(), mail, "keys@server.example", new("https://keys.example/"));
            var inside = bytes.BodyParts.OfType<MimeKit.MimePart>().Where(p => p.ContentId is not null).Select(p => $"cid:{p.ContentId}");
            Assert.Equal(Source().Matches(mail.Html).Select(m => m.Groups[1].Value).Order(), inside.Order());
            Assert.DoesNotContain("cid:", MimeMail.Framed(mail), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Known))]
    public void The_administrators_mail_names_who_asks_and_carries_no_code(string language)
    {
        var mail = Asked(language);
        foreach (var body in new[] { mail.Subject, mail.Text, System.Net.WebUtility.HtmlDecode(mail.Html) })
        {
            Assert.Contains("Žofie Králová", body, StringComparison.Ordinal);
            Assert.Contains("Alfa & Reality", body, StringComparison.Ordinal);
        }
        Assert.Null(mail.QrText);
    }

    static string[] Holes(string text) => [.. Hole().Matches(text).Select(m => m.Value).Distinct().Order()];

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Hole();

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Source();

    [GeneratedRegex("href=\"([^\"]*)\"")]
    private static partial Regex Way();
}
