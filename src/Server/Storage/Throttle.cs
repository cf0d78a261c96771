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

    /// <summary>From one second on; the next doubling would be past the longest delay.</summary>
    const int DelayDoublingsMax = 10;

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
    public Task<int?> WaitOrCount(string subject, CancellationToken cancel, int freeTries = FreeTries) => WaitOrCount([(subject, freeTries)], cancel);

    /// <summary>The same for several subjects: counted for each, unless one has to wait.</summary>
    public async Task<int?> WaitOrCount(IReadOnlyCollection<(string Subject, int FreeTries)> subjects, CancellationToken cancel)
    {
        var seconds = await Wait(subjects, cancel);
        if (seconds is not null)
            return seconds;
        foreach (var (subject, _) in subjects)
            await CountWrong(subject, cancel);
        return null;
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

    /// <summary>
    /// Counts a try as wrong before it is looked at, or says how long it has to wait. In one statement, so that of many tries at the same moment no more
    /// are heard than of one after the other. A try that turns out right is taken back.
    /// </summary>
    public async Task<int?> TakeTry(string subject, CancellationToken cancel, int freeTries = FreeTries)
    {
        // Most of a flood ends here and never waits for the writer.
        if (await Wait(subject, cancel, freeTries) is { } seconds)
            return seconds;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var forgotten = now - ForgottenAfterSeconds;
        var heard = await store.Write(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO "WrongTries" ("Subject", "Count", "LastAt") VALUES ({subject}, 1, {now})
                ON CONFLICT ("Subject") DO UPDATE SET
                  "Count" = CASE WHEN "WrongTries"."LastAt" < {forgotten} THEN 1 ELSE "WrongTries"."Count" + 1 END,
                  "LastAt" = {now}
                WHERE "WrongTries"."LastAt" < {forgotten} OR "WrongTries"."LastAt" + CASE
                  WHEN "WrongTries"."Count" < {freeTries} THEN 0
                  WHEN "WrongTries"."Count" >= {freeTries + DelayDoublingsMax} THEN {DelaySecondsMax}
                  ELSE 1 << ("WrongTries"."Count" - {freeTries}) END <= {now}
                """,
                cancel),
            cancel);
        return heard > 0 ? null : await Wait(subject, cancel, freeTries) ?? 1;
    }

    /// <summary>The try was right after all: as if it had not been counted, earlier wrong ones stay.</summary>
    public Task TakeBack(string subject, CancellationToken cancel) => store.Write(
        db => db.WrongTries.Where(t => t.Subject == subject && t.Count > 0)
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.Count, x => x.Count - 1), cancel),
        cancel);

    public Task Forget(string subject, CancellationToken cancel) => store.Write(
        db => db.WrongTries.Where(t => t.Subject == subject).ExecuteDeleteAsync(cancel), cancel);

    internal static int Delay(int count, int freeTries) =>
        count < freeTries ? 0 : count >= freeTries + DelayDoublingsMax ? DelaySecondsMax : 1 << (count - freeTries);

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
