using Latchkey.Server.Readers;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Storage;

/// <summary>Forgets what has served its time: answers kept for retries, wrong tries, spent nonces, ended sessions, codes of pairings that are over.</summary>
sealed class Forgetting(Store store, TimeProvider time, ILogger<Forgetting> log) : BackgroundService
{
    /// <summary>How long an answer is kept for a client that asks again with the same id.</summary>
    public const int AnswersKeptHours = 24;

    public static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                await RunOnce(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "What is over could not be forgotten; trying again in an hour");
            }
        }
    }

    public async Task RunOnce(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var answers = now.AddHours(-AnswersKeptHours);
        // An invitation that was not used in time is listed as such for a while.
        var forgottenLinks = now.AddDays(-Administrators.AdministratorLink.KeptDays);
        var answered = now - ReaderPairing.AnswerLife;
        var tries = now.ToUnixTimeSeconds() - Throttle.ForgottenAfterSeconds;
        await store.Write(
            async db =>
            {
                await db.StoredRequests.Where(r => r.At < answers).ExecuteDeleteAsync(cancel);
                await db.WrongTries.Where(t => t.LastAt < tries).ExecuteDeleteAsync(cancel);
                await db.Set<SpentNonce>().Where(n => n.EndsAt < now).ExecuteDeleteAsync(cancel);
                await db.Sessions.Where(s => s.EndsAt < now).ExecuteDeleteAsync(cancel);
                await db.AdministratorLinks.Where(l => l.EndsAt < forgottenLinks).ExecuteDeleteAsync(cancel);
                await db.SpentChallenges.Where(c => c.EndsAt < now).ExecuteDeleteAsync(cancel);
                // Nobody confirmed it in time, or the confirmed reader never came for its answer.
                await db.ReaderPairings
                    .Where(p => p.CodeSealed != null && (p.State == PairingState.Confirmed ? p.EndedAt <= answered : p.ExpiresAt <= now))
                    .ExecuteUpdateAsync(p => p.SetProperty(x => x.CodeSealed, (byte[]?)null), cancel);
            },
            cancel);
    }
}
