using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Activation;
using Xunit;

namespace Latchkey.Server.Tests.Setting;

/// <summary>A phone that asks whatever a test tells it to, also what no wallet would.</summary>
public sealed class RawPhone(House server) : IDisposable
{
    readonly EcdsaSigner signer = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public HttpClient Client { get; } = server.NewClient();
    public PublicKey Public => signer.Public;
    public ISigner Signer => signer;
    public long Now => server.Time.GetUtcNow().ToUnixTimeSeconds();
    public uint Version { get; set; } = 1;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string RedeemProof(string code, long? time = null) =>
        Binary.Text(new RedeemProof(
            ActivationCode.TryRead(code, out var read, out _) ? read.Canonical : code, Public, time ?? Now, "Android 16", Version).Sign(signer));

    public Task<HttpResponseMessage> Activate(string code, long? time = null) => Post("activate", new { proof = RedeemProof(code, time) });

    public Task<HttpResponseMessage> Renew(Guid site, uint key, ISigner? by = null, long? time = null) => Post(
        "renew", new { proof = Binary.Text(new RenewProof(SiteId.From(site), key, time ?? Now, Version).Sign(by ?? signer)) });

    public Task<HttpResponseMessage> Post(string route, object body) => Client.PostAsJsonAsync("/api/v1/wallet/" + route, body, Cancel);

    /// <summary>Activates and reads what came back as a wallet would.</summary>
    public async Task<Granted> MustActivate(string code) => await Granted.Read(await Activate(code));

    public void Dispose()
    {
        signer.Dispose();
        Client.Dispose();
    }
}

/// <summary>A grant, read and verified.</summary>
public sealed record Granted(Guid Site, uint Key, AccessDocument Document, Sign1 Signed, byte[] DocumentBytes, SiteCard Card)
{
    public static async Task<Granted> Read(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        var json = JsonDocument.Parse(body).RootElement;
        var document = Bytes(json, "document");
        Assert.True(AccessDocument.TryRead(document, out var read, out var signed));
        Assert.True(SiteCard.TryRead(Bytes(json, "siteCard"), [], out var card));
        return new(new Guid(Bytes(json, "site"), bigEndian: true), json.GetProperty("key").GetUInt32(), read, signed, document, card);
    }

    static byte[] Bytes(JsonElement json, string name)
    {
        Assert.True(Binary.TryRead(json.GetProperty(name).GetString(), out var bytes));
        return bytes;
    }
}
