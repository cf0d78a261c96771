using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Latchkey.Server.Credits;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Credits;

/// <summary>kill -9 of the real server at any moment while credits move. LATCHKEY_LONG=1 kills two hundred times; else twenty.</summary>
public class CrashTests(Houses houses)
{
    const int Callers = 4;
    const int Credits = 900_000;

    static int Kills => Environment.GetEnvironmentVariable("LATCHKEY_LONG") == "1" ? 200 : 20;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What the callers were told, and what they asked for without hearing an answer.</summary>
    sealed class Told
    {
        public ConcurrentBag<Guid> Made { get; } = [];
        public ConcurrentBag<Guid> Withdrawn { get; } = [];
        public ConcurrentQueue<Guid> Unanswered { get; } = new();
    }

    [Theory, BothEngines]
    public async Task Nothing_acknowledged_is_lost_nothing_is_doubled_and_the_chains_are_whole(Engine engine)
    {
        var house = await houses.Own(engine);
        var business = await (await Business.Open(house)).With(Credits);
        await business.Trial();
        var (environment, customerId, token) = (house.Environment, business.CustomerId, business.Site.Token);
        house.KeepsFolder = true;
        await house.DisposeAsync();

        var told = new Told();
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var server = await ServerProcess.Start(environment);
            using var api = new HttpClient { BaseAddress = server.Address };
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var over = new CancellationTokenSource();
            // What was not answered is asked again under the same id, as any client would.
            var again = told.Unanswered.ToList();
            told.Unanswered.Clear();
            await Task.WhenAll(again.Select(id => Make(api, id, told, over.Token)));
            var (before, enough) = (told.Made.Count, new TaskCompletionSource());
            var load = Enumerable.Range(0, Callers).Select(_ => Task.Run(() => Load(api, told, () =>
            {
                if (told.Made.Count > before + Callers)
                    enough.TrySetResult();
            }, over.Token))).ToList();
            await Task.WhenAny(enough.Task, Task.WhenAll(load));
            await Task.Delay(RandomNumberGenerator.GetInt32(150), Cancel);
            await server.Kill();
            await over.CancelAsync();
            await Task.WhenAll(load);
            await using var look = Open(environment);
            var found = await Reconcile.Read(look, business.OperatorId, Cancel);
            Assert.True(found.IsWhole, $"After kill {kill + 1}: {found} {string.Join(", ", found.Breaks)}");
        }

        await using var db = Open(environment);
        var entries = await db.CreditEntries.AsNoTracking().Where(e => e.AccountId == customerId && (e.Kind == CreditKind.Paid || e.Kind == CreditKind.Trial)).ToListAsync(Cancel);
        var used = entries.Where(e => e.Act == CreditAct.Use).Select(e => e.MobileKeyId!.Value).ToList();
        var givenBack = entries.Where(e => e.Act == CreditAct.GiveBack).Select(e => e.MobileKeyId!.Value).ToList();
        Assert.True(told.Made.Count > Kills, "The server was killed before it did anything.");
        Assert.Equal(told.Made.Count, told.Made.Distinct().Count());
        Assert.Empty(told.Made.Except(used));
        Assert.Empty(told.Withdrawn.Except(givenBack));
        Assert.Equal(used.Count, used.Distinct().Count());
        Assert.Equal(givenBack.Count, givenBack.Distinct().Count());
        // A key and its credit are there together or not at all.
        var keys = await db.MobileKeys.AsNoTracking().Where(k => k.CustomerId == customerId).Select(k => new { k.Id, k.Credit }).ToListAsync(Cancel);
        Assert.Equal(used.ToHashSet(), keys.Select(k => k.Id).ToHashSet());
        Assert.Equal(givenBack.ToHashSet(), keys.Where(k => k.Credit == KeyCredit.GivenBack).Select(k => k.Id).ToHashSet());
        var holds = await db.CreditBalances.AsNoTracking().SingleAsync(b => b.AccountId == customerId, Cancel);
        Assert.Equal(Credits + CreditRules.TrialCredits - used.Count + givenBack.Count, holds.Paid + holds.Trial);
        Directory.Delete(environment["Latchkey__Data"]!, recursive: true);
    }

    static async Task Load(HttpClient api, Told told, Action made, CancellationToken over)
    {
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var id = Guid.NewGuid();
            if (!await Make(api, id, told, over))
                return;
            made();
            if (i % 3 == 0 && await Post(api, $"/api/v1/mobile-keys/{id}/withdraw", new { id = Guid.NewGuid() }, over))
                told.Withdrawn.Add(id);
        }
    }

    static async Task<bool> Make(HttpClient api, Guid id, Told told, CancellationToken over)
    {
        if (!await Post(api, "/api/v1/mobile-keys", new { id, name = "Jana Nováková", notify = false }, over))
        {
            told.Unanswered.Enqueue(id);
            return false;
        }
        told.Made.Add(id);
        return true;
    }

    // A server that is there does what it is asked; one that is not there says nothing.
    static async Task<bool> Post(HttpClient api, string path, object body, CancellationToken over)
    {
        try
        {
            using var answer = await api.PostAsJsonAsync(path, body, over);
            // The answer counts once all of it has come.
            var words = await answer.Content.ReadAsStringAsync(over);
            Assert.True(answer.IsSuccessStatusCode, words);
            return true;
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    static Db Open(Dictionary<string, string?> environment) => environment["Latchkey__Database"] is { } postgres
        ? new PostgresDb(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(postgres).Options)
        : new SqliteDb(new DbContextOptionsBuilder<SqliteDb>()
            .UseSqlite($"Data Source={Path.Combine(environment["Latchkey__Data"]!, Server.Hosting.Settings.DatabaseName)};Pooling=False").Options);
}
