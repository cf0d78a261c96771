using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>A pairing that waits: for a reader, or for an administrator.</summary>
/// <param name="PairingId">The pairing.</param>
/// <param name="State">Open: no reader has come yet. Asked: compare the fingerprint, then confirm or refuse.</param>
/// <param name="Name">What the reader will be called.</param>
/// <param name="Software">What the reader says it runs.</param>
/// <param name="Fingerprint">Of the asking reader's key; it shows the same.</param>
/// <param name="EndsAt">When the pairing is over.</param>
/// <param name="ReaderId">The reader it became, once confirmed.</param>
public sealed record PairingRow(
    Guid PairingId, PairingState State, string? Name, string? Software, string? Fingerprint, DateTimeOffset EndsAt,
    Guid? ReaderId);

/// <param name="Pairings">Those that are not over, newest first.</param>
public sealed record PairingListAnswer(IReadOnlyList<PairingRow> Pairings);

public sealed class PairingList(Acts acts)
{
    public Task<Outcome<PairingListAnswer>> Ask(Actor actor, Guid customerId, CancellationToken cancel) =>
        acts.Ask<PairingListAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            var pairings = await q.Db.ReaderPairings.AsNoTracking()
                .Where(p => p.CustomerId == customerId && p.ExpiresAt > q.Now)
                .OrderByDescending(p => p.CreatedAt).Take(CreatePairingCode.WaitingMax).ToListAsync(q.Cancel);
            return new PairingListAnswer(pairings.ConvertAll(p => new PairingRow(
                p.Id, p.State, p.Name ?? p.ReaderName, p.Software,
                Fingerprints.Of(p.PublicKey), p.ExpiresAt, p.ReaderId)));
        }, cancel);
}
