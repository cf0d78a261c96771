using System.Diagnostics;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Bench;

/// <summary>Postings of the ledger, each a durable transaction of its own: on one account, and over a thousand. Beside them what the same store commits in the same minute with one row of nothing.</summary>
static class Postings
{
    const int Accounts = 1_000;
    const int Callers = 32;
    static readonly TimeSpan Span = TimeSpan.FromSeconds(4);
    static readonly CreditWay Use = CreditRules.Ways(CreditAct.Use)[^1];

    public static async Task Run(Table table, string engine, string folder, string? postgres = null)
    {
        Directory.CreateDirectory(folder);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Hints>();
        var settings = new Settings(folder, postgres, new("http://localhost:5000/"), null, false);
        services.AddSingleton(settings);
        services.AddStorage(settings);
        await using var provider = services.BuildServiceProvider();
        await provider.MigrateStore();
        var store = provider.GetRequiredService<Store>();
        var accounts = await Fill(store);
        await store.Write(db => db.Database.ExecuteSqlRawAsync("CREATE TABLE bench_commits (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)"), CancellationToken.None);
        await store.Write(db => db.Database.ExecuteSqlAsync($"INSERT INTO bench_commits SELECT {0L}, 0"), CancellationToken.None);
        for (var i = 1L; i < Callers; i++)
        {
            var id = i;
            await store.Write(db => db.Database.ExecuteSqlAsync($"INSERT INTO bench_commits SELECT {id}, 0"), CancellationToken.None);
        }
        await Rate(1, (_, _) => Post(store, accounts[0]), TimeSpan.FromSeconds(2)); // warm-up

        foreach (var callers in new[] { 1, Callers })
        {
            var commits = await Rate(callers, (caller, _) => Commit(store, caller), Span);
            var hot = await Rate(callers, (_, _) => Post(store, accounts[0]), Span);
            var many = await Rate(callers, (caller, i) => Post(store, accounts[(caller * 31 + i) % Accounts]), Span);
            var said = callers == 1 ? "one caller" : $"{callers} callers";
            table.Add($"ledger, {engine}, {said}: raw commits of the same minute", "—", $"{commits:0}/s", null);
            table.Add($"ledger, {engine}, {said}: postings on one hot account", "—", $"{hot:0}/s ({hot / commits:0.00} × raw)", null);
            table.Add($"ledger, {engine}, {said}: postings over 1,000 accounts", "—", $"{many:0}/s ({many / commits:0.00} × raw)", null);
        }
    }

    // A million credits each, bought and passed on as any are.
    static async Task<Guid[]> Fill(Store store)
    {
        var (house, distributor) = (Guid.NewGuid(), Guid.NewGuid());
        var accounts = Enumerable.Range(0, Accounts).Select(_ => Guid.NewGuid()).ToArray();
        await store.Write(
            async db =>
            {
                await Move(db, CreditAct.Purchase, house, distributor, 2_000_000L * Accounts);
                foreach (var account in accounts)
                    await Move(db, CreditAct.Transfer, distributor, account, 1_000_000);
            },
            CancellationToken.None);
        return accounts;
    }

    static Task<bool> Move(Db db, CreditAct act, Guid from, Guid to, long amount) => Ledger.Post(
        db, new(Guid.CreateVersion7(), act, CreditRules.Ways(act)[0], from, to, amount, "Bench", "Bench", Guid.Empty), TimeProvider.System.GetUtcNow(), CancellationToken.None);

    static async Task Post(Store store, Guid account)
    {
        var posting = new Posting(Guid.CreateVersion7(), CreditAct.Use, Use, account, account, 1, "1", "1", Guid.Empty, Guid.NewGuid());
        if (!await store.Write(db => Ledger.Post(db, posting, TimeProvider.System.GetUtcNow(), CancellationToken.None), did => did, CancellationToken.None))
            throw new InvalidOperationException("The account ran out.");
    }

    static Task<int> Commit(Store store, long row) =>
        store.Write(db => db.Database.ExecuteSqlAsync($"UPDATE bench_commits SET n = n + 1 WHERE id = {row}"), CancellationToken.None);

    static async Task<double> Rate(int callers, Func<int, int, Task> act, TimeSpan span)
    {
        var (start, done) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; Stopwatch.GetElapsedTime(start) < span; i++)
            {
                await act(caller, i);
                Interlocked.Increment(ref done);
            }
        })));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
