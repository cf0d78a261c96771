using System.Net.Http.Json;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Activation;
using Latchkey.Server.Users;

namespace Latchkey.Server.Tests.Setting;

/// <summary>A wallet with one key, made of the protocol alone.</summary>
public sealed class Phone(Site site) : IDisposable
{
    readonly EcdsaSigner key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    readonly HttpClient http = site.House.NewClient();

    public Guid MobileKeyId { get; private set; }
    public Guid UserId { get; private set; }
    public byte[] Document { get; private set; } = [];
    public CarriedLists Carried { get; private set; } = new(0, []);

    public AccessDocument Claims => AccessDocument.TryRead(Document, out var document, out _)
        ? document
        : throw new InvalidOperationException("The phone holds no document.");

    long Now => site.House.Time.GetUtcNow().ToUnix();

    public async Task Activate(NewCodeAnswer invitation)
    {
        var code = invitation.Code.Replace("-", "");
        await Take("activate", new RedeemProof(code, key.Public, Now, "Tests", 1).Sign(key));
        MobileKeyId = invitation.MobileKeyId;
        UserId = invitation.UserId;
    }

    public Task Renew() => Take("renew", new RenewProof(SiteId.From(site.Id), Claims.Key, Now, 1).Sign(key));

    async Task Take(string route, byte[] proof)
    {
        using var response = await http.PostAsJsonAsync($"/api/v1/wallet/{route}", new { proof = Binary.Text(proof) });
        var grant = await Site.Done<Grant>(response);
        Document = Binary.TryRead(grant.Document, out var document) ? document : [];
        Carried = new(grant.StatusSequence, [.. grant.StatusLists.Select(l => Binary.TryRead(l, out var list) ? list : [])]);
    }

    /// <summary>A fresh challenge of the site.</summary>
    public async Task<Guid> Challenge()
    {
        using var response = await http.PostAsJsonAsync(
            "/api/v1/wallet/challenge", new { site = Binary.Text(SiteId.From(site.Id).ToBytes()) });
        var answer = await Site.Done<ChallengeAnswer>(response);
        return Binary.TryRead(answer.Nonce, out var nonce) ? new(nonce, bigEndian: true) : default;
    }

    /// <summary>Presents over the network.</summary>
    public Task<HttpResponseMessage> Open(Guid readerId, Guid nonce, ISigner? by = null)
    {
        var proof = new OpenProof(SiteId.From(site.Id), ReaderId.From(readerId), nonce, Now, PresentationFlags.None, null).Sign(by ?? key);
        return http.PostAsJsonAsync(
            "/api/v1/wallet/open", new { proof = Binary.Text(proof), document = Binary.Text(Document) });
    }

    public void Dispose()
    {
        key.Dispose();
        http.Dispose();
    }
}
