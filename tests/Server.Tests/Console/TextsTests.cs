using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Console;
using Latchkey.Server.Credits;
using Latchkey.Server.Console.Pages;
using Latchkey.Server.Events;
using Latchkey.Server.Health;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Readers;
using Latchkey.Server.Tests.Tidy;
using Latchkey.Server.Users;
using Xunit;

namespace Latchkey.Server.Tests.Console;

/// <summary>Every word of the console is there, in every language it offers.</summary>
public partial class TextsTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "src", "Server", "Console");

    static readonly Dictionary<string, string> English = Read("Texts.resx");

    public static TheoryData<string> Languages => [.. ConsoleLanguages.All.Select(l => l.Code)];

    [Theory, MemberData(nameof(Languages))]
    public void A_language_has_every_text_and_no_other(string code)
    {
        var there = In(code);
        Assert.Empty(Needed(code).Except(there.Keys));
        Assert.Empty(there.Keys.Except(Needed(code)));
    }

    [Theory, MemberData(nameof(Languages))]
    public void A_text_takes_no_arguments_that_English_has_not(string code)
    {
        var strange = from text in In(code)
                      let english = English.GetValueOrDefault(text.Key) ?? English[Counted(text.Key)!.Value.Stem + ".other"]
                      where Holes(text.Value).Except(Holes(english)).Any()
                      select $"{text.Key}: {text.Value}";
        Assert.Empty(strange);
    }

    [Theory, MemberData(nameof(Languages))]
    public void A_text_leaves_no_name_or_number_out(string code)
    {
        // One of something may be said without its number; a plural form never without its names.
        var lost = from text in In(code)
                   where Counted(text.Key) is null && Holes(English[text.Key]).Except(Holes(text.Value)).Any()
                   select $"{text.Key}: {text.Value}";
        Assert.Empty(lost);
    }

    [Fact]
    public void Every_text_that_a_page_asks_for_is_there()
    {
        var missing = from file in Repository.Files("src/Server", ".razor", ".cs")
                      from Match match in Asked.Matches(File.ReadAllText(file))
                      let key = match.Groups["key"].Value
                      where !English.ContainsKey(key)
                      select $"{Repository.Relative(file)}: {key}";
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_counted_text_that_a_page_asks_for_is_there()
    {
        var missing = from file in Repository.Files("src/Server", ".razor", ".cs")
                      from Match match in AskedCounted.Matches(File.ReadAllText(file))
                      let key = match.Groups["key"].Value
                      where !English.ContainsKey(key + ".other")
                      select $"{Repository.Relative(file)}: {key}";
        Assert.Empty(missing);
    }

    /// <summary>Texts whose key is made from the name of a state: each member has its words.</summary>
    [Fact]
    public void Every_state_has_its_word()
    {
        string[] keys =
        [
            .. Enum.GetNames<KeyState>().Select(s => $"Chip.Key.{s}"),
            .. Enum.GetNames<UserState>().Select(s => $"Chip.User.{s}"),
            .. Enum.GetNames<DeviceState>().Select(s => $"Chip.Device.{s}"),
            .. Enum.GetNames<ApiTokenState>().Select(s => $"Chip.Token.{s}"),
            .. Enum.GetNames<Role>().SelectMany(s => new[] { $"Role.{s}", $"Role.{s}.Hint" }),
            .. Enum.GetNames<FactorDialog.Act>().SelectMany(s => new[] { $"Factor.{s}", $"Factor.{s}.Sub", $"Factor.{s}.Done" }),
            .. Enum.GetNames<MembershipState>().Select(s => $"Chip.Administrator.{s}"),
            .. Enum.GetNames<InviteWay>().Select(s => $"NewAdmin.Done.{s}"),
            .. Enum.GetNames<LinkPurpose>().Select(s => $"Link.{s}.Title"),
            .. Enum.GetNames<Feature>().SelectMany(s => new[] { $"Feature.{s}", $"Feature.{s}.Hint" }),
            .. Enum.GetNames<HealthState>().Select(s => $"Chip.Health.{s}"),
            .. Enum.GetNames<HealthPart>().Concat(Enum.GetNames<HealthFinding>()).Select(s => $"Health.{s}"),
            .. Enum.GetNames<Delivery>().Select(s => $"Chip.Delivery.{s}"),
            .. Enum.GetNames<Delivery>().Select(s => $"Messages.Pill.{s}"),
            .. Enum.GetNames<MessageKind>().Select(s => $"Message.{s}"),
            .. Enum.GetNames<ReaderCondition>().Where(s => s != nameof(ReaderCondition.Behind)).Select(s => $"Chip.Reader.{s}"),
            .. Enum.GetValues<ReaderCondition>().Where(c => c <= ReaderCondition.ClockOff).SelectMany(c => new[] { $"Needs.{c}", $"Needs.{c}.Say" }),
            .. Enum.GetNames<Latchkey.Server.Readers.Presentation>().Select(s => $"Reader.Presentation.{s}"),
            .. Enum.GetNames<UserFilter>().Select(s => $"Users.Pill.{s}"),
            .. Enum.GetNames<EventAnnotation>().Select(s => $"Annotation.{s}"),
            .. Enum.GetNames<CreditType>().Select(t => $"Billing.Type.{t}"),
            .. Enum.GetNames<CreditStatus>().Select(t => $"Billing.Status.{t}"),
            .. from level in Enum.GetValues<AccountKind>()
               from act in Enum.GetValues<CreditAct>()
               where CreditRules.Ways(act).Any(w => (w.From.Level == level && CreditRules.Shown(level).Contains(w.From.Kind)) || (w.To.Level == level && CreditRules.Shown(level).Contains(w.To.Kind)))
               select $"Billing.About.{level}.{act}",
            .. from act in new[] { CreditAct.Purchase, CreditAct.TakeBack, CreditAct.Transfer, CreditAct.Refund }
               from part in new[] { "Title", "Sub", "Do.other", "Done.other" }
               select $"Credit.{act}.{part}",
            .. Enum.GetNames<WhyCheck>().Select(s => $"Check.{s}"),
            .. Enum.GetNames<WhyHelp>().Select(s => $"Help.{s}"),
            .. Enum.GetValues<Latchkey.Protocol.Wire.Way>().Where(w => w != 0).Select(w => $"Way.{w}"),
        ];
        Assert.Empty(keys.Except(English.Keys));
    }

    [Fact]
    public void Every_reason_is_said_to_both_audiences()
    {
        var keys = from reason in Reasons.All
                   from part in new[] { "Short", "Door", "Why" }
                   select $"Reason.{reason.Name()}.{part}";
        Assert.Empty(keys.Except(English.Keys));
    }

    [Fact]
    public void Every_fact_of_a_reader_has_its_words()
    {
        var keys = Enum.GetValues<EventKind>().Where(k => k != EventKind.Decision)
            .Select(k => "Fact." + Regex.Replace(k.ToString(), "(?<=[a-z])(?=[A-Z])", "_").ToLowerInvariant());
        Assert.Empty(keys.Except(English.Keys));
    }

    /// <summary>Refusals that an administrator can meet in the console are said in the console's languages.</summary>
    [Fact]
    public void Every_refusal_of_an_administrators_act_has_its_words()
    {
        Refusal[] ofMachines =
        [
            Refusal.BodyMalformed, Refusal.BodyTooLarge, Refusal.IdMissing, Refusal.IdReused, Refusal.TimeZoneUnknown,
        ];
        var keys = Enum.GetValues<Refusal>().Where(r => r < Refusal.ProofMalformed).Except(ofMachines).Select(r => $"Refusal.{r}");
        Assert.Empty(keys.Except(English.Keys));
    }

    [Theory]
    [InlineData("cs", 0, "other"), InlineData("cs", 1, "one"), InlineData("cs", 3, "few"), InlineData("cs", 5, "other"), InlineData("cs", 22, "other")]
    [InlineData("en", 0, "other"), InlineData("en", 1, "one"), InlineData("en", 2, "other")]
    [InlineData("fr", 0, "one"), InlineData("fr", 1, "one"), InlineData("fr", 2, "other")]
    [InlineData("sv", 1, "one"), InlineData("de", 0, "other")]
    public void Counting_follows_the_language(string code, int count, string form) =>
        Assert.Equal(form, Plural.Form(CultureInfo.GetCultureInfo(code), count));

    [Fact]
    public void Every_language_of_a_file_is_offered()
    {
        var files = Directory.GetFiles(Folder, "Texts.*.resx").Select(f => Path.GetFileName(f).Split('.')[1]).Append(ConsoleLanguages.Default);
        Assert.Equal(files.Order(), ConsoleLanguages.All.Select(l => l.Code).Order());
    }

    // A counted text has one entry for each form that the language tells apart.
    static IEnumerable<string> Needed(string code)
    {
        var forms = Plural.Forms(CultureInfo.GetCultureInfo(code));
        return English.Keys.SelectMany(key => Counted(key) is { } counted
            ? counted.Form == "other" ? forms.Select(f => $"{counted.Stem}.{f}") : []
            : (IEnumerable<string>)[key]);
    }

    static (string Stem, string Form)? Counted(string key) =>
        key.LastIndexOf('.') is var dot && key[(dot + 1)..] is "one" or "few" or "other" ? (key[..dot], key[(dot + 1)..]) : null;

    static Dictionary<string, string> In(string code) => code == ConsoleLanguages.Default ? English : Read($"Texts.{code}.resx");

    static Dictionary<string, string> Read(string file) => XDocument.Load(Path.Combine(Folder, file)).Root!.Elements("data")
        .ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    static HashSet<string> Holes(string text) => [.. Hole.Matches(text).Select(m => m.Groups[1].Value)];

    [GeneratedRegex(@"\{(\d)\}")]
    private static partial Regex Hole { get; }

    [GeneratedRegex("""(?:\bT|\btexts)(?:\.Rich)?[\[(]"(?<key>[A-Za-z][\w.]*\w)"[\],)]""")]
    private static partial Regex Asked { get; }

    [GeneratedRegex("""(?:\bT|\btexts)\.Count\("(?<key>[A-Za-z][\w.]*\w)",""")]
    private static partial Regex AskedCounted { get; }
}
