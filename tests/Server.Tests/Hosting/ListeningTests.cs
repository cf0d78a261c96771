using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Latchkey.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Latchkey.Server.Tests.Hosting;

public sealed class ListeningTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("latchkey-tls-").FullName;

    static void Check(string setting, string value, bool hasProxy = false, bool hasCertificate = false) => Listening.Check(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [setting] = value }).Build(), hasProxy, hasCertificate);

    [Theory]
    [InlineData("urls", "http://localhost:5000")]
    [InlineData("urls", "http://127.0.0.1:5000;http://[::1]:5000")]
    [InlineData("urls", "http://unix:/run/latchkey.sock")]
    [InlineData("urls", "")]
    public void This_machine_needs_no_certificate(string setting, string value) => Check(setting, value);

    [Theory]
    [InlineData("urls", "http://0.0.0.0:5000", "http://0.0.0.0:5000")]
    [InlineData("urls", "http://localhost:5000; http://*:80", "http://*:80")]
    [InlineData("urls", "http://+:80", "http://+:80")]
    [InlineData("urls", "http://keys.example.org:80", "http://keys.example.org:80")]
    [InlineData("urls", "http://localhost.example.org", "http://localhost.example.org")]
    [InlineData("http_ports", "8080", "http://*:8080")]
    [InlineData("Kestrel:Endpoints:Plain:Url", "http://192.0.2.1", "http://192.0.2.1")]
    public void Plain_http_beyond_this_machine_is_refused_unless_a_proxy_is_named(string setting, string value, string named)
    {
        var fault = Assert.Throws<SettingsFault>(() => Check(setting, value, hasCertificate: true));
        Assert.StartsWith(setting, fault.Message, StringComparison.Ordinal);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
        Check(setting, value, hasProxy: true);
    }

    [Fact]
    public void What_is_overridden_is_not_listened_on()
    {
        static void Check(params (string, string)[] settings) => Listening.Check(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Item1, s => (string?)s.Item2)).Build(), hasProxy: false, hasCertificate: true);
        Check(("urls", "https://*:443"), ("http_ports", "8080"));
        Check(("Kestrel:Endpoints:Public:Url", "https://*:443"), ("urls", "http://*:80"));
        Assert.Throws<SettingsFault>(() => Check(("urls", "http://*:80"), ("http_ports", "8080")));
    }

    [Theory]
    [InlineData("urls", "https://*:443")]
    [InlineData("https_ports", "443")]
    [InlineData("Kestrel:Endpoints:Public:Url", "https://keys.example.org")]
    public void Https_needs_its_certificate(string setting, string value)
    {
        Assert.Contains("Latchkey:Certificate", Assert.Throws<SettingsFault>(() => Check(setting, value)).Message, StringComparison.Ordinal);
        Check(setting, value, hasCertificate: true);
    }

    [Fact]
    public void What_is_no_address_is_said() => Assert.Contains("is no address", Assert.Throws<SettingsFault>(() => Check("urls", "keys.example.org")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_renewed_certificate_counts_and_one_that_cannot_be_read_does_not()
    {
        var (certificate, key) = (Path.Combine(folder, "full.pem"), Path.Combine(folder, "key.pem"));
        var first = Write(certificate, key);
        var files = new CertificateFiles(certificate, key);
        Assert.Equal(first, Served(files));
        var second = Write(certificate, key);
        Assert.NotEqual(first, second);
        Assert.Equal(second, Served(files));
        File.WriteAllText(certificate, "-----BEGIN CERT");
        Assert.Equal(second, Served(files));
        var third = Write(certificate, key);
        Assert.Equal(third, Served(files));
    }

    [Fact]
    public void What_a_link_leads_to_counts()
    {
        var (certificate, key) = (Path.Combine(folder, "full.pem"), Path.Combine(folder, "key.pem"));
        Write(Path.Combine(folder, "1.pem"), Path.Combine(folder, "1.key"));
        var second = Write(Path.Combine(folder, "2.pem"), Path.Combine(folder, "2.key"));
        File.CreateSymbolicLink(certificate, "live.pem");
        File.CreateSymbolicLink(key, "live.key");
        void Live(string name)
        {
            foreach (var kind in new[] { "pem", "key" })
            {
                File.Delete(Path.Combine(folder, "live." + kind));
                File.CreateSymbolicLink(Path.Combine(folder, "live." + kind), $"{name}.{kind}");
            }
        }
        Live("1");
        var files = new CertificateFiles(certificate, key);
        Assert.NotEqual(second, Served(files));
        Live("2");
        Assert.Equal(second, Served(files));
    }

    [Fact]
    public void Leaf_and_what_signed_it_come_from_one_file_and_the_key_may_stand_there_too()
    {
        using var root = Make("Root", null);
        using var authority = Make("Authority", root, isAuthority: true);
        using var leaf = Make("keys.example.org", authority);
        var file = Path.Combine(folder, "all.pem");
        File.WriteAllText(file, leaf.ExportCertificatePem() + "\n" + authority.ExportCertificatePem() + "\n" + leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var served = new CertificateFiles(file, null).Current(NullLogger.Instance);
        Assert.Equal(leaf.Thumbprint, served.TargetCertificate.Thumbprint);
        Assert.Equal([authority.Thumbprint], served.IntermediateCertificates.Select(c => c.Thumbprint));
    }

    [Fact]
    public void Files_that_are_no_certificate_end_the_start_with_a_line()
    {
        var file = Path.Combine(folder, "wrong.pem");
        Assert.StartsWith("Latchkey:Certificate", Assert.Throws<SettingsFault>(() => new CertificateFiles(file, null)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "nothing");
        Assert.StartsWith("Latchkey:Certificate", Assert.Throws<SettingsFault>(() => new CertificateFiles(file, null)).Message, StringComparison.Ordinal);
    }

    static string Served(CertificateFiles files) => files.Current(NullLogger.Instance).TargetCertificate.Thumbprint;

    string Write(string certificate, string key)
    {
        using var made = Make("keys.example.org", null);
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return made.Thumbprint;
    }

    static X509Certificate2 Make(string name, X509Certificate2? signedBy, bool isAuthority = false)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
        if (signedBy is null || isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (signedBy is null)
            return request.CreateSelfSigned(from, to);
        using var leaf = request.Create(signedBy, from, to, RandomNumberGenerator.GetBytes(8));
        return leaf.CopyWithPrivateKey(key);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
