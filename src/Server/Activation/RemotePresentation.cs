using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Link;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>A wallet presents over the network (wallet-api, "Remote presentation").</summary>
/// <param name="Proof">Signed by the device key over site, reader, nonce and time; base64url.</param>
/// <param name="Document">The access document, base64url.</param>
public sealed record OpenRequest(string? Proof, string? Document);

/// <param name="Reason">Code of the reason, as told at the door.</param>
/// <param name="UnlockSeconds">How long the door stays open, with a grant.</param>
/// <param name="Wait">Seconds until the next try is heard.</param>
public sealed record OpenAnswer(int Reason, int? UnlockSeconds, int? Wait);

/// <summary>
/// Couriers a presentation to the reader it is for. The reader decides, from its own bundle; the server only sees to it that
/// the challenge was its own and is used once, and that nothing opens late.
/// </summary>
public sealed class RemotePresentation(Store store, Commands commands, Challenges challenges, Throttle throttle)
{
    const int ProofBytesMax = 512;

    /// <summary>Presentations of one network that no key of the site made before it has to wait. One that a key made is heard all the same: it is no guess.</summary>
    public const int WrongPerNetwork = 30;

    public async Task<Outcome<OpenAnswer>> Do(OpenRequest request, string network, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var outcome = await Courier(request, cancel);
        // A nonce spent before is not counted: its presentation may have opened the door, which *throttled* would deny.
        return outcome.Refused?.Refusal is Refusal.ProofWrong or Refusal.ReaderUnknown
            && await throttle.WaitOrCount($"open {network}", cancel, WrongPerNetwork) is { } seconds
            ? new Refused(Refusal.Throttled, RetryAfterSeconds: seconds)
            : outcome;
    }

    async Task<Outcome<OpenAnswer>> Courier(OpenRequest request, CancellationToken cancel)
    {
        if (!Binary.TryRead(request.Proof, out var proofBytes) || proofBytes.Length > ProofBytesMax
            || !OpenProof.TryRead(proofBytes, out var proof))
            return new Refused(Refusal.ProofMalformed, "proof");
        if (!Binary.TryRead(request.Document, out var document) || document.Length > AccessDocument.BytesMax)
            return new Refused(Refusal.ProofMalformed, "document");
        if (!await IsThere(proof, cancel))
            return Refusal.ReaderUnknown;
        // The reader checks this again. Here it keeps strangers, who have no document of the site, from filling a reader's log and its time.
        var issuers = await Issuers(proof.Site.Value, cancel);
        var reading = DocumentReading.Read(document, proof.Site, issuers);
        if (reading.Document is null || reading.Authenticity != Authenticity.Genuine || !proof.Verify(reading.Document.Device))
            return new Refused(Refusal.ProofWrong, "proof");
        if (!await challenges.Spend(proof.Site, proof.Nonce.ToByteArray(bigEndian: true), cancel))
            return Refusal.NonceUnknown;
        var command = new Command.Present(document, proofBytes, proof.Nonce);
        var result = await commands.Send(proof.Site.Value, proof.Reader.Value, command, cancel);
        return result.Done
            ? new OpenAnswer((int)result.Value.Reason.ToldAtDoor(), result.Value.UnlockSeconds, null)
            : result.Refused;
    }

    // Retired keys, too: what a document of theirs is worth is the reader's to say.
    async Task<List<Issuer>> Issuers(Guid site, CancellationToken cancel)
    {
        await using var db = store.Open();
        var keys = await db.SigningKeys.AsNoTracking().Where(k => k.CustomerId == site && k.Purpose == KeyPurpose.Issuer)
            .Select(k => k.PublicKey).ToListAsync(cancel);
        return keys.ConvertAll(bytes => PublicKey.TryRead(bytes, out var key)
            ? new Issuer(key)
            : throw new InvalidOperationException("A stored issuer key does not read."));
    }

    async Task<bool> IsThere(OpenProof proof, CancellationToken cancel)
    {
        await using var db = store.Open();
        var (site, reader) = (proof.Site.Value, proof.Reader.Value);
        return await db.Readers.AnyAsync(r => r.CustomerId == site && r.Id == reader && r.State != ReaderState.Deleted, cancel);
    }
}
