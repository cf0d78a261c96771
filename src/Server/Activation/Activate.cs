using Latchkey.Protocol.Link;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using StoredCode = Latchkey.Server.Users.ActivationCode;

namespace Latchkey.Server.Activation;

/// <summary>A proof by the device key.</summary>
/// <param name="Proof">COSE_Sign1 in base64url.</param>
public sealed record ProofRequest(string Proof);

/// <summary>Redeems an activation code: single use, one device, and a retry by the same device loses nothing (wallet-api "Activate").</summary>
sealed class Activate(CodeLookup codes, GrantQueue queue, Grants grants, TimeProvider time)
{
    public async Task<Outcome<Grant>> Do(ProofRequest request, string network, CancellationToken cancel)
    {
        // wallet-api "Activate" 1
        if (!Binary.TryRead(request.Proof, out var bytes) || !RedeemProof.TryRead(bytes, out var proof))
            return new Refused(Refusal.ProofMalformed, "proof");
        if (!proof.Verify(proof.Device))
            return new Refused(Refusal.ProofWrong, "proof");
        if (PhoneClock.Off(proof.Time, time.GetUtcNow()) is { } off)
            return off;
        // 2
        var code = CodeLookup.Read(proof.Code);
        if (!code.Done)
            return code.Refused;
        // 3 and 4; a guess is turned away before the queue, where it would stand in the way of phones that hold a code
        var hash = codes.Hash(code.Value);
        if (!await codes.IsKnown(hash, cancel))
            return await codes.Unknown(code.Value, network, cancel);
        // 4 to 9
        var issued = await queue.Enqueue(new RedeemRequest(proof, hash), network, cancel);
        return issued.Done ? grants.Sign(issued.Value) : issued.Refused;
    }
}

/// <summary>One redeem within a group.</summary>
sealed class RedeemRequest(RedeemProof proof, byte[] hash) : GrantRequest
{
    RedeemProof Proof => proof;
    byte[] Hash => hash;

    StoredCode? code;
    bool deviceTaken;

    public override Task<List<Guid>> CustomersOf(Db db, IEnumerable<GrantRequest> same)
    {
        var hashes = same.Cast<RedeemRequest>().Select(r => r.Hash).ToList();
        return db.ActivationCodes.Where(c => hashes.Contains(c.Hash)).Select(c => c.CustomerId).Distinct().ToListAsync();
    }

    public override async Task Load(GrantContext context, IEnumerable<GrantRequest> same)
    {
        var requests = same.Cast<RedeemRequest>().ToList();
        var found = await CodeLookup.WithKey(context.Db, requests.ConvertAll(r => r.Hash)).AsSplitQuery().ToListAsync();
        var byHash = found.ToDictionary(c => Convert.ToHexString(c.Hash));
        var shown = requests.ConvertAll(r => r.Proof.Device.ToBytes());
        var taken = await context.Db.Devices.AsNoTracking().Where(d => d.PublicKey != null && shown.Contains(d.PublicKey))
            .Select(d => new { d.CustomerId, d.Id, d.PublicKey }).ToListAsync();
        foreach (var request in requests)
        {
            request.code = byHash.GetValueOrDefault(Convert.ToHexString(request.Hash));
            request.deviceTaken = taken.Any(d => d.CustomerId == request.code?.CustomerId
                && d.Id != request.code.Key?.DeviceId && request.Proof.Device.Span.SequenceEqual(d.PublicKey));
        }
    }

    public override Outcome<Issued> Decide(GrantContext context)
    {
        if (code?.Key is not { User: { } user, Device: { } device } key || context.Customers.GetValueOrDefault(code.CustomerId) is not { } at)
            return Refusal.CodeUnknown;
        // 4 to 7, again under the lock: whoever was decided before in this group has changed the same objects
        if (CodeLookup.Judge(code, Proof.Device, at.Name, at.Lives, context.Now) is { } refused)
            return refused;
        // 8
        if (Proof.WalletVersion < at.Customer.LowestWalletOn(Proof.Platform))
            return new Refused(Refusal.WalletTooOld, Customer: at.Name);
        // One phone key, one mobile key of a site: a phone makes a new key for each code.
        if (deviceTaken)
            return new Refused(Refusal.ProofWrong, "proof", "This phone's key has a mobile key here already. Make a new key for a new code.");
        // 9
        if (code.UsedAt is null)
            Bind(context, at, key, user, device);
        device.LastSeenAt = context.Now;
        device.WalletVersion = (int)Math.Min(Proof.WalletVersion, int.MaxValue);
        var serial = key.NextSerial(Grants.DocumentEnd(at.Customer, key, context.Now), context.Now);
        return new Issued(at, key, user, Proof.Device, serial, context.Now);
    }

    // The status of the key at readers does not change here, so the feed is not told: a valid key is one that readers have heard nothing of.
    void Bind(GrantContext context, GrantCustomer at, MobileKey key, User user, Device device)
    {
        code!.UsedAt = context.Now;
        key.Activate(context.Now);
        device.PublicKey = Proof.Device.ToBytes();
        device.State = DeviceState.Active;
        device.ActivatedAt = context.Now;
        device.Platform = PlainText.Of(Proof.Platform);
        device.Name ??= device.Platform.Length > 0 ? device.Platform : null;
        AuditChain.Append(
            context.Db, at.Head, device.Id, user.Name, "ActivateMobileKey", user.Id,
            new { mobileKeyId = key.Id, device = device.Name, fingerprint = Convert.ToHexString(Proof.Device.Kid) }, context.Now);
    }
}
