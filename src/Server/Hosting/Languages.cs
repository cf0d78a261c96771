using System.Collections.Frozen;

namespace Latchkey.Server.Hosting;

/// <summary>The languages that mails and pages speak now.</summary>
public static class Languages
{
    public const string Default = "en";

    public static readonly FrozenSet<string> Known = ["en", "cs", "sv", "de", "fr"];
}
