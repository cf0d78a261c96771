using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Latchkey.Server.Hosting;

/// <summary>
/// The server's certificate from PEM files, leaf first and what signed it behind. Looked at with each connection, so that a renewed certificate counts without a
/// restart; files that cannot be read just then leave the one that was read before.
/// </summary>
sealed class CertificateFiles
{
    readonly string certificate;
    readonly string key;
    readonly Lock gate = new();
    byte[] read;
    SslStreamCertificateContext current;

    /// <summary>Null where none is configured.</summary>
    public static CertificateFiles? From(IConfiguration configuration) =>
        configuration["Latchkey:Certificate"] is { Length: > 0 } file
            ? new(file, configuration["Latchkey:CertificateKey"] is { Length: > 0 } key ? key : null)
            : null;

    /// <param name="key">Null is in the same file.</param>
    /// <exception cref="SettingsFault">The files are not there, or no certificate and its key.</exception>
    public CertificateFiles(string certificate, string? key)
    {
        (this.certificate, this.key) = (Path.GetFullPath(certificate), Path.GetFullPath(key ?? certificate));
        try
        {
            (read, current) = (Content(), Read());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new SettingsFault("Latchkey:Certificate", $"is no certificate with its key in PEM form: {fault.Message.TrimEnd('.')}");
        }
    }

    /// <summary>When the one that was read last ends.</summary>
    public DateTimeOffset EndsAt
    {
        get
        {
            lock (gate)
                return current.TargetCertificate.NotAfter.ToUniversalTime();
        }
    }

    public SslStreamCertificateContext Current(ILogger log)
    {
        lock (gate)
        {
            try
            {
                if (Content() is var now && !now.AsSpan().SequenceEqual(read))
                    (current, read) = (Read(), now);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                // Perhaps it is half written; the next connection looks again.
                log.LogWarning("The new certificate in {File} cannot be read ({Fault}); the one before goes on.", certificate, fault.Message);
            }
            return current;
        }
    }

    // By what is in them: a time says nothing of what a link leads to. Two small files for each connection are little beside its handshake.
    byte[] Content() => SHA256.HashData([.. File.ReadAllBytes(certificate), .. File.ReadAllBytes(key)]);

    SslStreamCertificateContext Read()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), [.. chain.Skip(1)], offline: true);
    }
}
