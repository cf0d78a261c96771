using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Latchkey.Journey.Tests.Setting;
using Xunit;

namespace Latchkey.Journey.Tests;

/// <summary>The server as an operator runs it: https from certificate files, and nothing in plain http for others.</summary>
public sealed class TheServer : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("latchkey-serve-").FullName;
    readonly int _port = Repository.FreePorts(1);

    [Fact]
    public async Task Serves_https_and_takes_a_renewed_certificate_without_a_restart()
    {
        var first = Write();
        await using var server = await Child.Start("dotnet", [Repository.Server, "serve", "--urls", $"https://127.0.0.1:{_port}"], "Application started", Settings);
        Assert.Equal(first, await Served());
        var second = Write();
        Assert.NotEqual(first, second);
        Assert.Equal(second, await Served());
    }

    [Fact]
    public async Task Refuses_plain_http_beyond_this_machine_in_one_line()
    {
        Write();
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => Child.Start("dotnet", [Repository.Server, "serve", "--urls", $"http://0.0.0.0:{_port}"], "Application started", Settings));
        Assert.Contains("plain http beyond this machine", Assert.Single(fault.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_in_one_line_that_its_address_is_taken()
    {
        Write();
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, _port);
        other.Start();
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => Child.Start("dotnet", [Repository.Server, "serve", "--urls", $"https://127.0.0.1:{_port}"], "Application started", Settings));
        var said = fault.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Single(said, line => line.StartsWith("urls names an address that another program listens on", StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    Dictionary<string, string> Settings => new()
    {
        ["Latchkey__Data"] = Path.Combine(_folder, "data"),
        ["Latchkey__Origin"] = $"https://127.0.0.1:{_port}",
        ["Latchkey__Certificate"] = Path.Combine(_folder, "full.pem"),
        ["Latchkey__CertificateKey"] = Path.Combine(_folder, "key.pem"),
        // What ends a start is said by the program itself.
        ["Logging__LogLevel__Microsoft.Extensions.Hosting.Internal.Host"] = "None",
    };

    /// <summary>The thumbprint that a new connection is shown; the answer behind it is the product's own.</summary>
    async Task<string> Served()
    {
        var shown = "";
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = ((X509Certificate2)certificate!).Thumbprint).Length > 0,
            },
        };
        using var client = new HttpClient(handler);
        using var answer = await client.GetAsync($"https://127.0.0.1:{_port}/health/ready", TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
        return shown;
    }

    string Write()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        // The key first: whoever sees the new certificate finds its key.
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "full.pem"), certificate.ExportCertificatePem());
        return certificate.Thumbprint;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
