namespace Latchkey.Server.Hosting;

/// <summary>Every setting under <c>Latchkey</c>. One that is misspelt would be passed over in silence, and the server would run otherwise than its operator thinks.</summary>
static class KnownSettings
{
    internal static readonly string[] Names =
    [
        "Certificate", "CertificateKey", "Data", "Database", "LowCredit", "Mailbox", "MetricsToken", "MigrateWithoutBackup", "Origin", "Proxy", "Smtp:From", "Smtp:Host",
        "Smtp:Password", "Smtp:Port", "Smtp:Tls", "Smtp:User",
    ];

    /// <exception cref="SettingsFault">A setting is not known; the message names the one that was perhaps meant.</exception>
    public static void Check(IConfigurationSection own)
    {
        foreach (var (path, value) in own.AsEnumerable(makePathsRelative: true))
        {
            // A section may have a value of its own, an empty one; what lies in it is looked at by itself.
            var isSection = own.GetSection(path).GetChildren().Any();
            if (!string.IsNullOrEmpty(value) && !isSection && path.Length > 0 && !Names.Contains(path, StringComparer.OrdinalIgnoreCase))
                throw new SettingsFault($"{own.Path}:{path}", $"is no setting{Meant(path, Names, own.Path + ":")}");
        }
    }

    /// <summary>The known word nearest to what was written, as the end of a sentence; empty where none is near.</summary>
    internal static string Meant(string written, IEnumerable<string> known, string before = "")
    {
        var (nearest, steps) = known.Select(word => (word, Steps(written.ToUpperInvariant(), word.ToUpperInvariant()))).MinBy(w => w.Item2);
        return steps <= Math.Max(2, written.Length / 3) ? $"; perhaps {before}{nearest} was meant" : "";
    }

    // Letters put in, left out or taken for others, least of all ways.
    static int Steps(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var (corner, left) = (row[0], row[0] = i);
            for (var j = 1; j <= to.Length; j++)
            {
                left = Math.Min(Math.Min(left, row[j]) + 1, corner + (from[i - 1] == to[j - 1] ? 0 : 1));
                (corner, row[j]) = (row[j], left);
            }
        }
        return row[^1];
    }
}
