using Latchkey.Protocol.Credentials;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;
using PairingCode = Latchkey.Protocol.Credentials.ActivationCode;

namespace Latchkey.Server.Readers;

/// <summary>A code that brings one reader to this customer, good for ten minutes.</summary>
/// <param name="Id">Made by the client; becomes the id of the pairing. The same id acts once.</param>
/// <param name="Name">What the reader is to be called, 1 to 60 characters; absent takes the name it brings.</param>
public sealed record CreatePairingCodeRequest(Guid Id, string? Name = null);

/// <summary>A pairing code that was just made: shown here and nowhere else.</summary>
/// <param name="PairingId">The pairing.</param>
/// <param name="Code">Three groups of four.</param>
/// <param name="SystemId">What the installer types beside the code and the System Key.</param>
/// <param name="EndsAt">When the code stops.</param>
public sealed record PairingCodeAnswer(Guid PairingId, string Code, string SystemId, DateTimeOffset EndsAt)
{
    // A record prints its members; a code is not for printing.
    public override string ToString() => $"code for pairing {PairingId}";
}

public sealed class CreatePairingCode(Acts acts, CodeKey codeKey)
{
    /// <summary>Pairings of one customer that may wait at the same time.</summary>
    public const int WaitingMax = 50;

    public Task<Outcome<PairingCodeAnswer>> Do(
        Actor actor, Guid customerId, CreatePairingCodeRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<CreatePairingCodeRequest, PairingCodeAnswer>(
            nameof(CreatePairingCode), actor, customerId, Role.KeyManager, request.Id, request,
            async act =>
            {
                if (await act.Taken<ReaderPairing>(request.Id) is { } taken)
                    return taken;
                if (request.Name is not null && ReaderNames.Lint(request.Name) is { } refused)
                    return refused;
                var waiting = await act.Db.ReaderPairings.CountAsync(p => p.CustomerId == customerId
                    && (p.State == PairingState.Open || p.State == PairingState.Asked) && p.ExpiresAt > act.Now, cancel);
                if (waiting >= WaitingMax)
                    return new Refused(Refusal.Throttled, RetryAfterSeconds: (int)ReaderPairing.CodeLife.TotalSeconds);
                var code = PairingCode.NewPairing(System.Security.Cryptography.RandomNumberGenerator.Fill);
                var pairing = new ReaderPairing
                {
                    CustomerId = customerId,
                    Id = request.Id,
                    CodeHash = codeKey.Hash(code.Canonical),
                    Name = request.Name?.Trim(),
                    CreatedAt = act.Now,
                    ExpiresAt = act.Now + ReaderPairing.CodeLife,
                };
                act.Db.ReaderPairings.Add(pairing);
                var systemId = await act.Db.Customers.Where(c => c.AccountId == customerId)
                    .Select(c => c.SystemId).SingleAsync(cancel);
                act.Audit(pairing.Id, new { pairing.Name });
                return new PairingCodeAnswer(pairing.Id, code.Grouped, systemId, pairing.ExpiresAt);
            },
            cancel);
    }
}

/// <summary>Takes the reader that asks: name and fingerprint were compared.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">What the reader is to be called; absent keeps the name shown.</param>
public sealed record ConfirmPairingRequest(Guid Id, string? Name = null);

/// <param name="Id">The reader, as routes and the wire name it.</param>
/// <param name="ReaderId">Its short name, which its radio also says.</param>
/// <param name="Name">What people call it.</param>
public sealed record ReaderAnswer(Guid Id, string ReaderId, string Name);

public sealed class ConfirmPairing(Acts acts, SiteSigners signers)
{
    public Task<Outcome<ReaderAnswer>> Do(
        Actor actor, Guid customerId, Guid pairingId, ConfirmPairingRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, ReaderAnswer>(
            nameof(ConfirmPairing), actor, customerId, Role.KeyManager, request.Id, new { pairingId, request },
            async act =>
            {
                var found = await Pairings.Asked(act, pairingId);
                if (found.Refused?.Refusal != Refusal.NotFound && request.Name is not null && ReaderNames.Lint(request.Name) is { } refused)
                    return refused;
                if (!found.Done)
                    return found.Refused;
                var pairing = found.Value;
                var reader = await Make(act, pairing, request.Name?.Trim() ?? pairing.Name ?? pairing.ReaderName);
                pairing.State = PairingState.Confirmed;
                pairing.ReaderId = reader.Id;
                pairing.EndedAt = act.Now;
                await act.Tell(ChangeKind.Reader, reader.Id);
                act.Audit(reader.Id, new { pairingId, reader.Name, reader.ReaderId, pairing.Software });
                return new ReaderAnswer(reader.Id, reader.ReaderId, reader.Name);
            },
            cancel);
    }

    async Task<Reader> Make(Act act, ReaderPairing pairing, string? name)
    {
        if (!PublicKey.TryRead(pairing.PublicKey, out var key))
            throw new InvalidOperationException("A pairing was stored with a key off the curve.");
        // The short name is made from the key, so two readers may get the same one; then the next part of the digest is taken.
        var taken = await act.Db.Readers.Where(r => r.CustomerId == act.CustomerId && r.State != ReaderState.Deleted)
            .Select(r => r.ReaderId).ToHashSetAsync(act.Cancel);
        var shortName = ReaderNames.ShortNames(key).First(n => !taken.Contains(n));
        var id = Guid.NewGuid();
        var reader = new Reader
        {
            CustomerId = act.CustomerId,
            Id = id,
            ReaderId = shortName,
            Name = name ?? shortName,
            PublicKey = key.ToBytes(),
            Software = pairing.Software,
            CreatedAt = act.Now,
        };
        await ReaderContact.Certify(act.Db, reader, signers, act.Now, act.Cancel);
        act.Db.Readers.Add(reader);
        act.Db.ReaderStatements.Add(new() { CustomerId = act.CustomerId, ReaderId = id });
        return reader;
    }
}

/// <summary>Sends the asking reader away.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record RefusePairingRequest(Guid Id);

/// <param name="PairingId">The pairing that is over.</param>
public sealed record PairingAnswer(Guid PairingId);

public sealed class RefusePairing(Acts acts)
{
    public Task<Outcome<PairingAnswer>> Do(
        Actor actor, Guid customerId, Guid pairingId, RefusePairingRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, PairingAnswer>(
            nameof(RefusePairing), actor, customerId, Role.KeyManager, request.Id, new { pairingId, request },
            async act =>
            {
                var pairing = await act.Db.ReaderPairings.SingleOrDefaultAsync(
                    p => p.CustomerId == customerId && p.Id == pairingId, cancel);
                if (pairing is null)
                    return Refusal.NotFound;
                if (pairing.State is PairingState.Confirmed or PairingState.Refused)
                    return Refusal.PairingOver;
                pairing.State = PairingState.Refused;
                pairing.EndedAt = act.Now;
                pairing.CodeSealed = null;
                act.Audit(pairing.Id, new { pairing.ReaderName, pairing.Software });
                return new PairingAnswer(pairing.Id);
            },
            cancel);
    }
}

static class Pairings
{
    /// <summary>The pairing, if a reader waits in it for an answer.</summary>
    public static async Task<Outcome<ReaderPairing>> Asked(Act act, Guid pairingId)
    {
        var pairing = await act.Db.ReaderPairings.SingleOrDefaultAsync(
            p => p.CustomerId == act.CustomerId && p.Id == pairingId, act.Cancel);
        if (pairing is null)
            return Refusal.NotFound;
        return pairing.State != PairingState.Asked || pairing.ExpiresAt <= act.Now ? Refusal.PairingOver : pairing;
    }
}
