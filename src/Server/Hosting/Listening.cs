using System.Net;

namespace Latchkey.Server.Hosting;

/// <summary>
/// Where the server listens. In plain http only to this machine, or to a proxy that is named: passwords, codes and session cookies travel on it, and phones keep keys
/// for a secure address alone.
/// </summary>
static class Listening
{
    /// <exception cref="SettingsFault">An address would be open to others in plain http, or https lacks its certificate.</exception>
    public static void Check(IConfiguration configuration, bool hasProxy, bool hasCertificate)
    {
        foreach (var (setting, address) in Addresses(configuration))
        {
            var read = Read(setting, address);
            if (read.Scheme == Uri.UriSchemeHttps && !hasCertificate)
                throw new SettingsFault(setting, $"has {address}, which needs a certificate: set Latchkey:Certificate and Latchkey:CertificateKey");
            if (read.Scheme == Uri.UriSchemeHttp && !IsThisMachine(read) && !hasProxy)
                throw new SettingsFault(setting, $"has {address}, which is plain http beyond this machine: use https, or listen on localhost and set Latchkey:Proxy to the proxy in front");
        }
    }

    // All that Kestrel takes addresses from; without any it listens on localhost.
    static IEnumerable<(string Setting, string Address)> Addresses(IConfiguration configuration)
    {
        foreach (var address in Parts(configuration["urls"]))
            yield return ("urls", address);
        foreach (var (setting, scheme) in new[] { ("http_ports", "http"), ("https_ports", "https") })
        {
            foreach (var port in Parts(configuration[setting]))
                yield return (setting, $"{scheme}://*:{port}");
        }
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
        {
            if (endpoint["Url"] is { Length: > 0 } url)
                yield return (endpoint.Path + ":Url", url);
        }
    }

    static string[] Parts(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static BindingAddress Read(string setting, string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            throw new SettingsFault(setting, $"has {address}, which is no address such as https://*:443");
        }
    }

    static bool IsThisMachine(BindingAddress address) =>
        address.IsUnixPipe || address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
