using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Storage;

/// <summary>
/// Slows down guessing. Only wrong tries are counted, so a right one costs no write; the count lives in the store, so
/// many replicas are no weaker than one.
/// </summary>
public sealed class Throttle(Store store, TimeProvider time)
{
    public const int FreeTries = 5;
    public const int DelaySecondsMax = 900;
    public const int ForgottenAfterSeconds = 24 * 3600;

    /// <summary>Seconds until the next try is heard; null is at once.</summary>
    /// <param name="freeTries">Wrong tries before the delay begins; from then on it doubles with each.</param>
    public Task<int?> Wait(string subject, CancellationToken cancel, int freeTries = FreeTries) => Wait([(subject, freeTries)], cancel);

    /// <summary>The longest wait of several subjects.</summary>
    public async Task<int?> Wait(IReadOnlyCollection<(string Subject, int FreeTries)> subjects, CancellationToken cancel)
    {
        await using var db = store.Open();
        var asked = subjects.Select(s => s.Subject).ToList();
        var found = await db.WrongTries.AsNoTracking().Where(t => asked.Contains(t.Subject)).ToListAsync(cancel);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var left = found.Where(t => now - t.LastAt < ForgottenAfterSeconds)
            .Select(t => t.LastAt + Delay(t.Count, subjects.First(s => s.Subject == t.Subject).FreeTries) - now)
            .DefaultIfEmpty(0).Max();
        return left > 0 ? (int)left : null;
    }

    /// <summary>
    /// A wrong try whose wrongness is already known: counted, or told how long to wait. Who waits is not counted again, so that a flood costs no writes.
    /// </summary>
    public async Task<int?> WaitOrCount(string subject, CancellationToken cancel, int freeTries = FreeTries)
    {
        var seconds = await Wait(subject, cancel, freeTries);
        if (seconds is null)
            await CountWrong(subject, cancel);
        return seconds;
    }

    public async Task CountWrong(string subject, CancellationToken cancel)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var forgotten = now - ForgottenAfterSeconds;
        await store.Write(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO "WrongTries" ("Subject", "Count", "LastAt") VALUES ({subject}, 1, {now})
                ON CONFLICT ("Subject") DO UPDATE SET
                  "Count" = CASE WHEN "WrongTries"."LastAt" < {forgotten} THEN 1 ELSE "WrongTries"."Count" + 1 END,
                  "LastAt" = {now}
                """,
                cancel),
            cancel);
    }

    public Task Forget(string subject, CancellationToken cancel) => store.Write(
        db => db.WrongTries.Where(t => t.Subject == subject).ExecuteDeleteAsync(cancel), cancel);

    internal static int Delay(int count, int freeTries) =>
        count < freeTries ? 0 : (int)Math.Min(DelaySecondsMax, Math.Pow(2, Math.Min(count - freeTries, 30)));

    /// <summary>Who asks, as far as an address tells: one household or one office, not one of its million IPv6 addresses.</summary>
    public static string Network(IPAddress? address)
    {
        if (address is null)
            return "none";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return address.ToString();
        var prefix = address.GetAddressBytes().AsSpan(0, 7);
        return Convert.ToHexString(prefix) + "/56";
    }
}
