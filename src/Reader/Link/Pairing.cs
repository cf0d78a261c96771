using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Store;

namespace Latchkey.Reader.Link;

/// <summary>What the installer typed.</summary>
public sealed record PairingRequest(Uri Server, string SystemId, string SystemKey, ActivationCode Code, string Name)
{
    public override string ToString() => $"pairing of {Name} with {Server}";
}

/// <summary>
/// Brings this reader to one customer (spec/reader-link.md, "Pairing"): it makes its key, both sides show that they know the System Key without
/// sending it, and the administrator compares the fingerprint.
/// </summary>
public static class Pairing
{
    private const int AnswerBytesMax = 16 * 1024;
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);

    /// <param name="say">Tells the installer the fingerprint to compare.</param>
    /// <exception cref="SetupException">It did not come to a pairing; the words say why.</exception>
    public static async Task<Identity> Pair(
        PairingRequest request, string software, HttpClient http, TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            var publicKey = PublicKey.Of(key);
            var pairing = await Ask(request, publicKey, software, http, cancel);
            say($"Compare in the console, then confirm there: {Fingerprint.Text(publicKey)}");
            while (true)
            {
                using var answer = await Look(request, pairing, http, cancel);
                switch (Text(answer, "state"))
                {
                    case "confirmed":
                        return Accept(request, answer, key);
                    case "refused":
                        throw new SetupException("The administrator refused this reader.");
                    case "expired":
                        throw new SetupException("The pairing code ended before anybody confirmed. Ask for a new one in the console.");
                    case "waiting":
                        await Task.Delay(AskEvery, time, cancel);
                        break;
                    default:
                        throw NotUnderstood();
                }
            }
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static async Task<string> Ask(
        PairingRequest request, PublicKey publicKey, string software, HttpClient http, CancellationToken cancel)
    {
        using var content = Json(json =>
        {
            json.WriteString("code", request.Code.Canonical);
            json.WriteString("systemId", request.SystemId);
            json.WriteString("publicKey", Base64Url.EncodeToString(publicKey.Span));
            json.WriteString(
                "mac",
                Base64Url.EncodeToString(PairingProof.OfRequest(request.SystemKey, request.Code.Canonical, request.SystemId, publicKey)));
            json.WriteString("name", request.Name);
            json.WriteString("software", software);
        });
        using var response = await Send(() => http.PostAsync(new Uri(request.Server, "api/v1/reader/pairing"), content, cancel));
        using var answer = await Read(response, cancel);
        if (response.StatusCode != HttpStatusCode.Accepted)
            throw Problem(answer, response.StatusCode);
        return Text(answer, "pairing") ?? throw NotUnderstood();
    }

    private static async Task<JsonDocument> Look(PairingRequest request, string pairing, HttpClient http, CancellationToken cancel)
    {
        // Not in the address: the secret would stand in the log of every proxy on the way.
        using var content = Json(json => json.WriteString("pairing", pairing));
        using var response = await Send(() => http.PostAsync(new Uri(request.Server, "api/v1/reader/pairing/standing"), content, cancel));
        var answer = await Read(response, cancel);
        if (response.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw Problem(answer, response.StatusCode);
    }

    private static ByteArrayContent Json(Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new(body.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    // reader-link, Pairing 4: mac, certificate, and the reader's own key in it, before anything is kept.
    private static Identity Accept(PairingRequest request, JsonDocument answer, ECDsa key)
    {
        var siteKeys = SiteKeys(answer) ?? throw NotUnderstood();
        if (!SiteId.TryRead(Bytes(Text(answer, "site")), out var site)
            || !ReaderId.TryRead(Bytes(Text(answer, "reader")), out var reader)
            || !ReaderCertificate.TryRead(Bytes(Text(answer, "certificate")), out var certificate)
            || Text(answer, "link") is not { } link)
            throw NotUnderstood();
        var expected = PairingProof.OfAnswer(request.SystemKey, request.Code.Canonical, site, reader, certificate.Span, siteKeys);
        if (siteKeys.Count is < 1 or > 2
            || !PairingProof.Fits(Bytes(Text(answer, "mac")), expected)
            || certificate.Site != site
            || certificate.Reader != reader
            || certificate.ReaderKey != PublicKey.Of(key)
            || !certificate.IsSignedBy(siteKeys))
            throw new SetupException("The server's answer does not fit the System Key. Nothing was stored; don't use this server.");
        if (!Uri.TryCreate(request.Server, link, out var linkAddress) || ServerLink.AddressOf(linkAddress.ToString()) is not { } address)
            throw new SetupException($"The server names a link address that is not protected: {link}");
        return new Identity(certificate, key, [.. siteKeys], address, request.Name, request.SystemId);
    }

    private static async Task<HttpResponseMessage> Send(Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            return await send();
        }
        catch (HttpRequestException fault)
        {
            throw new SetupException($"The server cannot be reached: {fault.Message}");
        }
    }

    private static async Task<JsonDocument> Read(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(AnswerBytesMax, cancel);
            return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException)
        {
            throw new SetupException($"What answers at this address is no Latchkey server ({(int)response.StatusCode}).");
        }
    }

    // The server's own sentence: it knows best what was wrong.
    private static SetupException Problem(JsonDocument answer, HttpStatusCode status)
    {
        var title = Text(answer, "title") ?? $"The server answered {(int)status}.";
        return Text(answer, "detail") is { } detail ? new($"{title} {detail}") : new(title);
    }

    private static SetupException NotUnderstood() => new("The server's answer to pairing was not understood. Its version may differ from this reader's.");

    private static string? Text(JsonDocument answer, string name) =>
        answer.RootElement.ValueKind == JsonValueKind.Object
        && answer.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static List<PublicKey>? SiteKeys(JsonDocument answer)
    {
        if (!answer.RootElement.TryGetProperty("siteKeys", out var texts) || texts.ValueKind != JsonValueKind.Array)
            return null;
        var keys = new List<PublicKey>();
        foreach (var text in texts.EnumerateArray())
        {
            if (text.ValueKind != JsonValueKind.String || !PublicKey.TryRead(Bytes(text.GetString()), out var key))
                return null;
            keys.Add(key);
        }

        return keys;
    }

    private static byte[] Bytes(string? text) =>
        text is not null && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
}
