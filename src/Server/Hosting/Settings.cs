using System.Globalization;

namespace Latchkey.Server.Hosting;

/// <summary>The configuration under <c>Latchkey</c>, read once at start. What is wrong is said in one line, and nothing starts.</summary>
public sealed record Settings(
    string DataFolder, string? Postgres, Uri Origin, SmtpSettings? Smtp, bool Mailbox)
{
    public const string DatabaseName = "latchkey.db";

    const int LowCreditUsual = 3;

    /// <summary>So many credits left, or fewer, and the dashboards of customer and distributor say so.</summary>
    public int LowCredit { get; init; } = LowCreditUsual;

    /// <summary>The embedded database; not there with PostgreSQL.</summary>
    public string DatabaseFile => Path.Combine(DataFolder, DatabaseName);

    public static Settings Read(IConfiguration configuration)
    {
        var own = configuration.GetSection("Latchkey");
        KnownSettings.Check(own);
        var origin = own["Origin"] is { Length: > 0 } given
            ? ReadOrigin(given)
            : OwnAddress(configuration["urls"]);
        var mailbox = ReadSwitch(own, "Mailbox");
        // Its mails hold the codes of keys: for a demo on this machine, never for a server that others reach.
        if (mailbox && !origin.IsLoopback)
            throw new SettingsFault("Latchkey:Mailbox", "shows mails with their codes, so Latchkey:Origin must be this machine (localhost)");
        var postgres = own["Database"];
        return new(
            Path.GetFullPath(own["Data"] is { Length: > 0 } folder ? folder : "latchkey-data"),
            string.IsNullOrWhiteSpace(postgres) ? null : postgres,
            origin,
            SmtpSettings.Read(own.GetSection("Smtp")),
            mailbox)
        {
            LowCredit = ReadNumber(own, "LowCredit", LowCreditUsual, 0, 1_000_000),
        };
    }

    static int ReadNumber(IConfigurationSection own, string name, int usual, int least, int most) =>
        own[name] is not { Length: > 0 } given ? usual
        : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new SettingsFault($"{own.Path}:{name}", $"must be a number from {least} to {most}");

    // Without an origin of its own the server is for this machine, at the address it listens on.
    static Uri OwnAddress(string? urls) =>
        Uri.TryCreate(urls, UriKind.Absolute, out var one) && one.IsLoopback && one.Scheme == Uri.UriSchemeHttp && one.PathAndQuery == "/"
            ? one
            : new("http://localhost:5000/");

    static Uri ReadOrigin(string given)
    {
        if (!Uri.TryCreate(given, UriKind.Absolute, out var origin) || origin.Scheme is not ("https" or "http"))
            throw new SettingsFault("Latchkey:Origin", "is not an http or https address");
        if (origin.PathAndQuery != "/" || origin.Fragment.Length > 0 || origin.UserInfo.Length > 0)
            throw new SettingsFault("Latchkey:Origin", "must be an address without path, query or name");
        if (origin.Scheme == "http" && !origin.IsLoopback)
            throw new SettingsFault("Latchkey:Origin", "must be https, since phones keep keys only for a secure address");
        return origin;
    }

    internal static bool ReadSwitch(IConfigurationSection own, string name) => own[name] switch
    {
        null or "" => false,
        var text when bool.TryParse(text, out var on) => on,
        _ => throw new SettingsFault($"{own.Path}:{name}", "must be true or false"),
    };
}

public sealed record SmtpSettings(string Host, int Port, string? User, string? Password, bool Tls, string From)
{
    internal static SmtpSettings? Read(IConfigurationSection own)
    {
        if (own["Host"] is not { Length: > 0 } host)
            return null;
        if (own["From"] is not { Length: > 0 } from || !from.Contains('@', StringComparison.Ordinal))
            throw new SettingsFault("Latchkey:Smtp:From", "must be the address that mails come from");
        var tls = own["Tls"] is null or "" || Settings.ReadSwitch(own, "Tls");
        var port = tls ? 587 : 25;
        if (own["Port"] is { Length: > 0 } given && (!int.TryParse(given, out port) || port is < 1 or > 65535))
            throw new SettingsFault("Latchkey:Smtp:Port", "must be a number from 1 to 65535");
        return new(host, port, own["User"], own["Password"], tls, from);
    }

    // A record prints its members; a password is not for printing.
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>A setting that is wrong. The message is the one line that the operator reads.</summary>
public sealed class SettingsFault(string setting, string whatIsWrong) : Exception($"{setting} {whatIsWrong}.");
