using System.Text.RegularExpressions;
using Xunit;

namespace Latchkey.Server.Tests.Tidy;

/// <summary>One word per thing, and no words that tell a reader nothing.</summary>
public partial class Words
{
    /// <summary>Endings of type names that hide what a type is.</summary>
    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum)\s+(?:class\s+|struct\s+)?(\w+(?:Manager|Helper|Helpers|Util|Utils|Utility|Service|Impl|Base|Common|Info))\b")]
    private static partial Regex EmptyName { get; }

    /// <summary>Other products' words for things that have a name here (left: not ours, right: ours).</summary>
    static readonly Dictionary<string, string> NotOurs = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Tenant"] = "Customer",
        ["Invitation code"] = "activation code",
        ["Registration code"] = "activation code",
        ["Digital key"] = "mobile key",
        ["Virtual key"] = "mobile key",
        ["Smart credential"] = "mobile key",
        ["Cardholder"] = "user",
        ["Access point"] = "reader",
        ["Workspace"] = "workplace",
    };

    [Fact]
    public void Type_names_say_what_a_type_is() => Repository.None(
        from file in Repository.Files("src", ".cs")
        from Match match in EmptyName.Matches(File.ReadAllText(file))
        select $"{Repository.Relative(file)}: {match.Groups[1].Value}");

    [Fact]
    public void Texts_use_our_words() => Repository.None(
        from file in Repository.Files("src", ".resx", ".razor").Concat(Repository.Files("docs/guide", ".md")).Concat(Repository.Files("spec", ".md"))
        let text = File.ReadAllText(file)
        from word in NotOurs
        where Regex.IsMatch(text, $@"\b{Regex.Escape(word.Key)}s?\b", RegexOptions.IgnoreCase)
        select $"{Repository.Relative(file)}: \"{word.Key}\" is \"{word.Value}\" here");

    /// <summary>What the style page bans from sentences people read.</summary>
    [Fact]
    public void Texts_do_not_scold_or_shout() => Repository.None(
        from file in Repository.Files("src/Server", ".resx").Where(f => !Regex.IsMatch(f, @"\.[a-z]{2}\.resx$"))
        from Match match in Regex.Matches(File.ReadAllText(file), @"<value>([^<]*)</value>")
        let text = match.Groups[1].Value
        where Regex.IsMatch(text, @"\b(invalid|successfully|oops|are you sure|error)\b|!$", RegexOptions.IgnoreCase)
        select $"{Repository.Relative(file)}: {text}");

    [Fact]
    public void No_file_is_a_tower() => Repository.None(
        from file in Repository.Files("src", ".cs", ".razor", ".ts")
        let lines = File.ReadLines(file).Count()
        where lines > LinesMax
        select $"{Repository.Relative(file)}: {lines} lines");

    /// <summary>A file is one idea; lower this when the longest one shrinks.</summary>
    const int LinesMax = 400;
}
