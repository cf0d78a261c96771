using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>
/// Gives back the credit of each invitation that ended with nobody using it. Every replica may run it: a key is looked at again under its customer's lock, and
/// the ledger posts what a use took back once.
/// </summary>
sealed class EndedInvitations(Store store, TimeProvider time, ILogger<EndedInvitations> log) : BackgroundService
{
    public const int BatchMax = 200;

    /// <summary>How soon after its end an invitation's credit is back, at the latest.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Who it is in the audit chain.</summary>
    public const string Name = "Latchkey";

    static readonly Actor Self = new(ActorKind.Machine, Guid.Empty, "");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunOnce(stoppingToken) == BatchMax)
                {
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "Credits of ended invitations could not be given back; trying again in a minute");
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives back what is due now, at most one batch; answers how many invitations it looked at.</summary>
    public async Task<int> RunOnce(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var db = store.Open();
        var due = await db.MobileKeys.AsNoTracking()
            .Where(k => k.Credit == KeyCredit.Reserved && k.InvitationEndsAt <= now)
            .OrderBy(k => k.InvitationEndsAt).Take(BatchMax).Select(k => new { k.CustomerId, k.Id }).ToListAsync(cancel);
        foreach (var ofOne in due.GroupBy(k => k.CustomerId, k => k.Id))
            await GiveBack(ofOne.Key, [.. ofOne], now, cancel);
        return due.Count;
    }

    Task GiveBack(Guid customerId, List<Guid> keyIds, DateTimeOffset now, CancellationToken cancel) => store.Write(
        async db =>
        {
            var act = new Act(db, customerId, now, Self, new(Name, null), nameof(EndedInvitations), await AuditChain.Lock(db, customerId, cancel), cancel);
            // Meanwhile activated, invited anew, or given back by another replica: no more due.
            var keys = await db.MobileKeys
                .Where(k => k.CustomerId == customerId && keyIds.Contains(k.Id) && k.Credit == KeyCredit.Reserved && k.InvitationEndsAt <= now)
                .ToListAsync(cancel);
            foreach (var key in keys)
            {
                await act.GiveCreditBack(key);
                act.Audit(key.UserId, new { mobileKeyId = key.Id, key.InvitationEndsAt });
            }
        },
        cancel);
}
