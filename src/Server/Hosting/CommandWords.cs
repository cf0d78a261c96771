namespace Latchkey.Server.Hosting;

/// <summary>The words behind the program's name. One that nobody reads would be passed over in silence.</summary>
static class CommandWords
{
    static readonly string[] Verbs = ["serve", "demo", "backup", "restore", "verify"];

    /// <summary>What <c>serve</c> takes, each with a value; the names of settings besides.</summary>
    static readonly string[] Options = ["urls", "environment", "contentRoot"];

    static readonly string[] Sections = ["Latchkey:", "Logging:", "Kestrel:"];

    /// <exception cref="SettingsFault">A word is not known; the message names it.</exception>
    public static void Check(IReadOnlyList<string> words)
    {
        // Tools that start the program for a look at it begin with options of their own.
        if (words.Count == 0 || words[0].StartsWith('-'))
            return;
        if (!Verbs.Contains(words[0]))
            throw new SettingsFault(words[0], $"is no command of Latchkey{KnownSettings.Meant(words[0], Verbs)}");
        // The other commands look at their words themselves.
        if (words[0] != "serve")
            return;
        for (var at = 1; at < words.Count; at++)
        {
            var word = words[at];
            var (name, value) = word.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 ? (word[..equals], word[(equals + 1)..]) : (word, null);
            if (!name.StartsWith("--", StringComparison.Ordinal) || !(Options.Contains(name[2..], StringComparer.OrdinalIgnoreCase) || Sections.Any(s => name[2..].StartsWith(s, StringComparison.OrdinalIgnoreCase))))
                throw new SettingsFault(word, $"is not known; serve takes --urls and settings such as --Latchkey:Origin{KnownSettings.Meant(name.TrimStart('-'), Options)}");
            if (value is null && ++at == words.Count)
                throw new SettingsFault(word, "needs a value behind it");
        }
    }
}
