using Latchkey.Server.Hosting;

namespace Latchkey.Server.Sync;

/// <summary>Where readers link to: made from the server's own address.</summary>
public sealed class LinkAddress(Settings settings)
{
    public const string Path = "/api/v1/reader/link";

    public string Value { get; } = new UriBuilder(settings.Origin)
    {
        Scheme = settings.Origin.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
        Path = Path,
    }.Uri.AbsoluteUri;
}
