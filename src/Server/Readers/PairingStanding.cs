using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>A reader asks how its pairing stands.</summary>
/// <param name="Pairing">The secret it got when it asked to be paired.</param>
public sealed record PairingStandingRequest(string? Pairing)
{
    // A record prints its members; a secret is not for printing.
    public override string ToString() => "pairing (hidden)";
}

/// <summary>How a pairing stands, for the reader that asked (reader-link, pairing 4).</summary>
/// <param name="State">waiting, confirmed, refused or expired. All else is there when confirmed.</param>
/// <param name="Site">Site identifier, base64url, 16 bytes.</param>
/// <param name="Reader">Reader identifier, base64url, 16 bytes.</param>
/// <param name="SiteKeys">base64url, 33 bytes each, the newer last.</param>
/// <param name="Certificate">base64url, 138 bytes.</param>
/// <param name="Link">Address of the reader link.</param>
/// <param name="Mac">base64url: the server's proof of the System Key over all of it.</param>
public sealed record PairingStandingAnswer(
    string State, string? Site = null, string? Reader = null, IReadOnlyList<string>? SiteKeys = null, string? Certificate = null,
    string? Link = null, string? Mac = null);

public sealed class PairingStanding(Store store, SecretBox box, SystemKeys systemKeys, LinkAddress address, TimeProvider time)
{
    public async Task<Outcome<PairingStandingAnswer>> Ask(PairingStandingRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Pairing is not { } secret || !Base64Url.IsValid(secret))
            return Refusal.NotFound;
        var hash = SHA256.HashData(Base64Url.DecodeFromChars(secret));
        await using var db = store.Open();
        var pairing = await db.ReaderPairings.AsNoTracking().SingleOrDefaultAsync(p => p.SecretHash == hash, cancel);
        if (pairing is null)
            return Refusal.NotFound;
        var now = time.GetUtcNow();
        return pairing.State switch
        {
            PairingState.Confirmed when pairing.CodeSealed is null || pairing.EndedAt + ReaderPairing.AnswerLife <= now =>
                new PairingStandingAnswer("expired"),
            PairingState.Confirmed => await Confirmed(db, pairing, cancel),
            PairingState.Refused => new PairingStandingAnswer("refused"),
            PairingState.Open or PairingState.Asked => new PairingStandingAnswer(pairing.ExpiresAt <= now ? "expired" : "waiting"),
        };
    }

    async Task<PairingStandingAnswer> Confirmed(Db db, ReaderPairing pairing, CancellationToken cancel)
    {
        var reader = await db.Readers.AsNoTracking()
            .SingleAsync(r => r.CustomerId == pairing.CustomerId && r.Id == pairing.ReaderId, cancel);
        if (reader.State == ReaderState.Deleted)
            return new("refused");
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.AccountId == pairing.CustomerId, cancel);
        var siteKeys = await db.SigningKeys.AsNoTracking()
            .Where(k => k.CustomerId == pairing.CustomerId && k.Purpose == KeyPurpose.Site && k.RetiredAt == null)
            .OrderBy(k => k.CreatedAt).Select(k => k.PublicKey).ToListAsync(cancel);
        var (site, id) = (SiteId.From(pairing.CustomerId), ReaderId.From(reader.Id));
        var certificate = reader.Certificate ?? throw new InvalidOperationException("A paired reader has no certificate.");
        var mac = PairingProof.OfAnswer(
            systemKeys.Open(customer.AccountId, customer.SystemKeySealed),
            Encoding.ASCII.GetString(box.Open(AskForPairing.CodePurpose, pairing.Id, pairing.CodeSealed)),
            site, id, certificate, siteKeys.ConvertAll(Read));
        return new(
            "confirmed", Base64Url.EncodeToString(site.ToBytes()), Base64Url.EncodeToString(id.ToBytes()),
            siteKeys.ConvertAll(k => Base64Url.EncodeToString(k)), Base64Url.EncodeToString(certificate), address.Value,
            Base64Url.EncodeToString(mac));
    }

    static PublicKey Read(byte[] bytes) =>
        PublicKey.TryRead(bytes, out var key) ? key : throw new InvalidOperationException("A signing key is stored off the curve.");
}
