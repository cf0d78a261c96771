using Latchkey.Server.Hosting;

namespace Latchkey.Server.Demo;

/// <summary>The words behind <c>latchkey demo</c>.</summary>
/// <param name="Port">Of the console; the doors listen on the two ports behind it.</param>
/// <param name="Data">Where everything is kept, so that a second start finds it.</param>
/// <param name="Reader">The reader program.</param>
public sealed record DemoOptions(int Port, string Data, string Reader)
{
    public const int DefaultPort = 5080;

    public string Origin => $"http://localhost:{Port}";

    /// <summary>Null when the verb is another one.</summary>
    /// <exception cref="SettingsFault">A word is not understood; the message says which.</exception>
    public static DemoOptions? Read(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Count == 0 || arguments[0] != "demo")
            return null;
        var options = new DemoOptions(DefaultPort, Path.GetFullPath("latchkey-data"), "latchkey-reader");
        for (var i = 1; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new SettingsFault(arguments[i], "needs a value behind it");
            options = arguments[i] switch
            {
                "--port" when int.TryParse(value, out var port) && port is > 0 and <= 65533 => options with { Port = port },
                "--port" => throw new SettingsFault("--port", $"takes a number from 1 to 65533, not {value}"),
                "--data" => options with { Data = Path.GetFullPath(value) },
                "--reader" => options with { Reader = Path.GetFullPath(value) },
                var word => throw new SettingsFault(word, "is not known; demo takes --port N and --data DIR"),
            };
        }
        return options;
    }

    /// <summary>The demo's settings; what the environment says about the database stays.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings =>
    [
        new("Latchkey:Data", Path.Combine(Data, "server")),
        new("Latchkey:Origin", Origin),
        new("Latchkey:Mailbox", "true"),
        new("urls", Origin),
        new("Logging:LogLevel:Default", "Warning"),
        // What ends a start is said once, by whoever catches it.
        new("Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host", "None"),
    ];
}
