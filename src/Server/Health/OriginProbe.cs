using System.Net.Security;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Health;

/// <summary>What came back from the server's own public address.</summary>
/// <param name="Fault">Why it does not answer as it should; null is that it does.</param>
/// <param name="CertificateEndsAt">Of the certificate that was shown; null is none.</param>
public sealed record OriginAnswer(string? Fault, DateTimeOffset? CertificateEndsAt);

/// <summary>Asks the server's own public address whether it answers there, the way a phone would: through name, port, proxy and certificate.</summary>
public sealed class OriginProbe(Settings settings)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    const int AnswerBytesMax = 1024;

    public Task<OriginAnswer> Ask(CancellationToken cancel) => Ask(settings.Origin, cancel);

    internal static async Task<OriginAnswer> Ask(Uri origin, CancellationToken cancel)
    {
        DateTimeOffset? endsAt = null;
        string? distrust = null;
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, faults) =>
        {
            endsAt = certificate is System.Security.Cryptography.X509Certificates.X509Certificate2 shown ? shown.NotAfter.ToUniversalTime() : null;
            distrust = faults == SslPolicyErrors.None ? null : faults.ToString();
            return distrust is null;
        };
        using var client = new HttpClient(handler) { MaxResponseContentBufferSize = AnswerBytesMax, Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(origin, HostingSetup.AlivePath), cancel);
            var said = await answer.Content.ReadAsStringAsync(cancel);
            return new(answer.IsSuccessStatusCode && said == HostingSetup.AliveAnswer ? null : $"HTTP {(int)answer.StatusCode}", endsAt);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return new(distrust ?? (fault is TaskCanceledException ? "timeout" : (fault.InnerException ?? fault).Message), endsAt);
        }
    }
}
