using System.Text.RegularExpressions;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Tidy;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Latchkey.Server.Tests.Hosting;

public partial class StartWordsTests
{
    static string Refused(string setting) => Assert.Throws<SettingsFault>(() => Settings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [setting] = "x" }).Build())).Message;

    [Theory]
    [InlineData("Latchkey:Orign", "Latchkey:Orign is no setting; perhaps Latchkey:Origin was meant.")]
    [InlineData("Latchkey:Smtp:Hots", "Latchkey:Smtp:Hots is no setting; perhaps Latchkey:Smtp:Host was meant.")]
    [InlineData("Latchkey:SmtpHost", "perhaps Latchkey:Smtp:Host was meant")]
    [InlineData("Latchkey:DataBase:File", "Latchkey:DataBase:File is no setting")]
    [InlineData("Latchkey:Zzzzzzzz", "Latchkey:Zzzzzzzz is no setting.")]
    public void A_misspelt_setting_is_named_with_what_was_meant(string setting, string said) => Assert.Contains(said, Refused(setting), StringComparison.Ordinal);

    [Fact]
    public void Known_settings_are_taken_in_any_case() => Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?> { ["LATCHKEY:DATA"] = "/x", ["latchkey:smtp:tls"] = "true", ["Latchkey:Proxy"] = "127.0.0.1", ["Other:Thing"] = "x" }).Build());

    [Fact]
    public void Every_setting_that_is_read_is_known_and_in_the_guide()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guide", "operator.md"));
        var read = Repository.Files("src/Server", ".cs").SelectMany(f => Read.Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).ToHashSet();
        Assert.Contains("Origin", read);
        Assert.Subset(KnownSettings.Names.ToHashSet(), read);
        Repository.None(KnownSettings.Names.Select(n => n.Split(':')[^1]).Where(name => !guide.Contains($"`{name}`", StringComparison.Ordinal) && !guide.Contains($":{name}`", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"""Latchkey:([A-Za-z:]*[A-Za-z])""")]
    private static partial Regex Read { get; }

    [Theory]
    [InlineData("sreve", "sreve is no command of Latchkey; perhaps serve was meant.")]
    [InlineData("frobnicate", "frobnicate is no command of Latchkey.")]
    [InlineData("serve --ulrs http://localhost:5000", "--ulrs is not known; serve takes --urls and settings such as --Latchkey:Origin; perhaps urls was meant.")]
    [InlineData("serve now", "now is not known")]
    [InlineData("serve --urls", "--urls needs a value behind it.")]
    [InlineData("serve --urls=http://localhost:1 -v", "-v is not known")]
    public void A_word_that_nobody_knows_is_named(string words, string said) =>
        Assert.Contains(said, Assert.Throws<SettingsFault>(() => CommandWords.Check(words.Split(' '))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("serve")]
    [InlineData("serve --urls http://localhost:5000 --Latchkey:Origin=https://keys.example.org --environment Production")]
    [InlineData("demo --port 5080")]
    [InlineData("backup file")]
    [InlineData("verify --database file")]
    [InlineData("--applicationName Latchkey.Server")]
    public void Words_that_somebody_knows_are_left_to_them(string words) => CommandWords.Check(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
