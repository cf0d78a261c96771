using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>A fresh document for a key that the phone holds (wallet-api "Renew"). Replaying one gains nothing: it is bound to the device key.</summary>
sealed class Renew(GrantQueue queue, Grants grants, TimeProvider time)
{
    public async Task<Outcome<Grant>> Do(ProofRequest request, CancellationToken cancel)
    {
        if (!Binary.TryRead(request.Proof, out var bytes) || !RenewProof.TryRead(bytes, out var proof))
            return new Refused(Refusal.ProofMalformed, "proof");
        if (PhoneClock.Off(proof.Time, time.GetUtcNow()) is { } off)
            return off;
        var issued = await queue.Enqueue(new RenewRequest(proof), cancel);
        return issued.Done ? await grants.Sign(issued.Value, cancel) : issued.Refused;
    }
}

/// <summary>One renewal within a group.</summary>
sealed class RenewRequest(RenewProof proof) : GrantRequest
{
    RenewProof Proof => proof;

    MobileKey? key;

    public override Task<List<Guid>> CustomersOf(Db db, IEnumerable<GrantRequest> same) =>
        Task.FromResult(same.Cast<RenewRequest>().Select(r => r.Proof.Site.Value).Distinct().ToList());

    public override async Task Load(GrantContext context, IEnumerable<GrantRequest> same)
    {
        foreach (var site in same.Cast<RenewRequest>().GroupBy(r => r.Proof.Site.Value))
        {
            var numbers = site.Where(r => r.Proof.Key <= int.MaxValue).Select(r => (int)r.Proof.Key).ToList();
            var keys = await context.Db.MobileKeys.Where(k => k.CustomerId == site.Key && numbers.Contains(k.KeyNumber))
                .Include(k => k.User).Include(k => k.Device).ToDictionaryAsync(k => (uint)k.KeyNumber);
            foreach (var request in site)
                request.key = keys.GetValueOrDefault(request.Proof.Key);
        }
    }

    public override Outcome<Issued> Decide(GrantContext context)
    {
        // An unknown key, a key of another phone and a deleted customer look alike.
        if (key is not { User: { } user, Device: { PublicKey: { } bound } device }
            || context.Customers.GetValueOrDefault(key.CustomerId) is not { Lives: true } at
            || !PublicKey.TryRead(bound, out var deviceKey) || !Proof.Verify(deviceKey))
            return Refusal.KeyUnknown;
        if (KeyEnd.Of(key, context.Now, at.Name) is { } refused)
            return refused;
        if (Proof.WalletVersion < at.Customer.LowestWalletVersion)
            return new Refused(Refusal.WalletTooOld, Customer: at.Name);
        device.LastSeenAt = context.Now;
        device.WalletVersion = (int)Math.Min(Proof.WalletVersion, int.MaxValue);
        var serial = key.NextSerial(Grants.DocumentEnd(at.Customer, key, context.Now), context.Now);
        return new Issued(key.CustomerId, at.Name, at.Customer, key, user, deviceKey, serial, context.Now);
    }
}

static class PhoneClock
{
    /// <summary>How far a phone's clock may be off.</summary>
    public const int SkewSecondsMax = 300;

    public static Refused? Off(long phoneTime, DateTimeOffset now) =>
        Math.Abs(phoneTime - now.ToUnixTimeSeconds()) > SkewSecondsMax ? new(Refusal.Clock, Now: now) : null;
}
