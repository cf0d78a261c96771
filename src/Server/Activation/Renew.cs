using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>
/// A fresh document for a key that the phone holds (wallet-api "Renew"). Replaying one gains nothing: it is bound to the device key. Strangers are
/// turned away before the queue, where they would stand in the way of phones that hold a key.
/// </summary>
sealed class Renew(Store store, GrantQueue queue, Grants grants, Throttle throttle, TimeProvider time)
{
    /// <summary>Proofs of one network that fitted no key before it has to wait. A proof that fits is heard all the same: it is no guess.</summary>
    public const int WrongPerNetwork = 30;

    public async Task<Outcome<Grant>> Do(ProofRequest request, string network, CancellationToken cancel)
    {
        if (!Binary.TryRead(request.Proof, out var bytes) || !RenewProof.TryRead(bytes, out var proof))
            return new Refused(Refusal.ProofMalformed, "proof");
        if (PhoneClock.Off(proof.Time, time.GetUtcNow()) is { } off)
            return off;
        if (await DeviceOf(proof, cancel) is not { } device || !proof.Verify(device))
        {
            return await throttle.WaitOrCount($"renew {network}", cancel, WrongPerNetwork) is { } seconds
                ? new Refused(Refusal.Throttled, RetryAfterSeconds: seconds)
                : Refusal.KeyUnknown;
        }
        var issued = await queue.Enqueue(new RenewRequest(proof, device), network, cancel);
        return issued.Done ? grants.Sign(issued.Value) : issued.Refused;
    }

    async Task<PublicKey?> DeviceOf(RenewProof proof, CancellationToken cancel)
    {
        if (proof.Key > int.MaxValue)
            return null;
        await using var db = store.Open();
        var (site, number) = (proof.Site.Value, (int)proof.Key);
        var bound = await db.MobileKeys.Where(k => k.CustomerId == site && k.KeyNumber == number)
            .Select(k => k.Device!.PublicKey).SingleOrDefaultAsync(cancel);
        return PublicKey.TryRead(bound, out var device) ? device : null;
    }
}

/// <summary>One renewal within a group.</summary>
/// <param name="proof">Verified.</param>
/// <param name="device">By this key.</param>
sealed class RenewRequest(RenewProof proof, PublicKey device) : GrantRequest
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
        // An unknown key, a key of another phone and a deleted customer look alike. Again under the lock: the phone may have been replaced since.
        if (key is not { User: { } user, Device: { PublicKey: { } bound } phone }
            || context.Customers.GetValueOrDefault(key.CustomerId) is not { Lives: true } at
            || !device.Span.SequenceEqual(bound))
            return Refusal.KeyUnknown;
        if (KeyEnd.Of(key, context.Now, at.Name) is { } refused)
            return refused;
        if (Proof.WalletVersion < at.Customer.LowestWalletOn(phone.Platform))
            return new Refused(Refusal.WalletTooOld, Customer: at.Name);
        phone.LastSeenAt = context.Now;
        phone.WalletVersion = (int)Math.Min(Proof.WalletVersion, int.MaxValue);
        var serial = key.NextSerial(Grants.DocumentEnd(at.Customer, key, context.Now), context.Now);
        return new Issued(at, key, user, device, serial, context.Now);
    }
}

static class PhoneClock
{
    /// <summary>How far a phone's clock may be off.</summary>
    public const int SkewSecondsMax = 300;

    public static Refused? Off(long phoneTime, DateTimeOffset now) =>
        Math.Abs(phoneTime - now.ToUnixTimeSeconds()) > SkewSecondsMax ? new(Refusal.Clock, Now: now) : null;
}
