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

    // In the order in which Kestrel goes by them; without any it listens on localhost.
    static IEnumerable<(string Setting, string Address)> Addresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => (endpoint.Path + ":Url", endpoint["Url"] ?? "")).Where(endpoint => endpoint.Item2.Length > 0).ToList();
        if (endpoints.Count > 0)
            return endpoints;
        var urls = Parts(configuration["urls"]).Select(address => ("urls", address)).ToList();
        return urls.Count > 0
            ? urls
            : [.. Ports(configuration, "http"), .. Ports(configuration, "https")];
    }

    static IEnumerable<(string, string)> Ports(IConfiguration configuration, string scheme) =>
        Parts(configuration[scheme + "_ports"]).Select(port => (scheme + "_ports", $"{scheme}://*:{port}"));

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
