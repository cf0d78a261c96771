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
    /// <summary>Invitations that are fetched at once.</summary>
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
                await RunOnce(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "Credits of ended invitations could not be given back; trying again in a minute");
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives back all that is due now. What fails is logged and holds up no other: neither another customer's, nor another key of the same one.</summary>
    public async Task RunOnce(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var failed = new List<Guid>();
        while (true)
        {
            await using var db = store.Open();
            var due = await db.MobileKeys.AsNoTracking()
                .Where(k => k.Credit == KeyCredit.Reserved && k.InvitationEndsAt <= now && !failed.Contains(k.Id))
                .OrderBy(k => k.InvitationEndsAt).Take(BatchMax).Select(k => new { k.CustomerId, k.Id }).ToListAsync(cancel);
            foreach (var ofOne in due.GroupBy(k => k.CustomerId, k => k.Id))
                failed.AddRange(await TryGiveBack(ofOne.Key, [.. ofOne], now, cancel));
            if (due.Count < BatchMax)
                return;
        }
    }

    /// <summary>Those of one customer in one transaction; if that fails, each in its own.</summary>
    /// <returns>Those that could not be given back; the next run tries them again.</returns>
    async Task<List<Guid>> TryGiveBack(Guid customerId, List<Guid> keyIds, DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            await GiveBack(customerId, keyIds, now, cancel);
            return [];
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            if (keyIds is [var keyId])
            {
                log.LogError(fault, "The credit of mobile key {MobileKeyId} of customer {CustomerId} could not be given back; trying again in a minute", keyId, customerId);
                return keyIds;
            }
        }
        var failed = new List<Guid>();
        foreach (var keyId in keyIds)
            failed.AddRange(await TryGiveBack(customerId, [keyId], now, cancel));
        return failed;
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
