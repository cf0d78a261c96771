using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Store;
using Latchkey.Reader.Tests.Setting;

namespace Latchkey.Reader.Tests;

/// <summary>
/// kill -9 of the real process at any moment. LATCHKEY_LONG=1 kills two hundred times; else a few.
/// </summary>
public class SuddenDeath
{
    private const int Phones = 3;

    private static int Kills => Environment.GetEnvironmentVariable("LATCHKEY_LONG") == "1" ? 200 : 4;

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task No_opening_that_a_phone_was_told_of_is_lost_none_is_doubled_and_the_chain_is_whole()
    {
        using var site = new Site();
        var folder = ReaderProcess.Prepare(site, Now);
        // Every transaction shows a document of its own, so that each event can be told from every other.
        var told = new ConcurrentBag<(uint Key, uint Serial)>();
        var phones = Enumerable.Range(0, Phones).Select(i => site.NewPhone((uint)i)).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            using var reader = await ReaderProcess.Start(folder);
            using var over = new CancellationTokenSource();
            var load = phones.Select(phone => Task.Run(() => Knock(phone, reader.Address, told, over.Token))).ToList();
            var before = told.Count;
            await Eventually.Holds(() => told.Count > before, "a door that opens");
            await Task.Delay(RandomNumberGenerator.GetInt32(300));
            await reader.Kill();
            await over.CancelAsync();
            await Task.WhenAll(load);
        }

        using (var store = ReaderStore.Open(folder))
        {
            var entries = Chain.Check(store, site.Reader);
            var opened = entries.Where(entry => entry.Payload.Reason == Reason.Granted)
                .Select(entry => (entry.Payload.KeyNumber!.Value, entry.Payload.Serial!.Value)).ToList();
            Assert.Equal(opened.Count, opened.Distinct().Count());
            Assert.Empty(told.Except(opened));
            Assert.Equal(told.Count, told.Distinct().Count());
            Assert.Equal(Kills + 1, entries.Count(entry => entry.Kind == EventKind.Started));
            Assert.True(store.IsSound());
        }

        Directory.Delete(folder, recursive: true);
        phones.ForEach(phone => phone.Dispose());
    }

    [Fact]
    public async Task A_statement_is_applied_whole_or_not_at_all_and_events_reach_the_server_once()
    {
        using var site = new Site();
        await using var server = await FakeServer.Start(site, () => Now);
        var folder = ReaderProcess.Prepare(site, Now, server.Link);
        for (var kill = 0; kill < Kills; kill++)
        {
            var welcomes = server.Welcomes;
            using var reader = await ReaderProcess.Start(folder);
            await Eventually.Holds(() => server.Welcomes > welcomes, "linked");
            using var over = new CancellationTokenSource();
            var news = Task.Run(() => Flood(site, server, over.Token));
            var applied = server.Heard.OfType<AppliedFrame>().Count();
            await Eventually.Holds(() => server.Heard.OfType<AppliedFrame>().Count() > applied, "a statement applied");
            await Task.Delay(RandomNumberGenerator.GetInt32(300));
            await reader.Kill();
            await over.CancelAsync();
            await news;

            // What was acknowledged is there, or something newer; and it is a bundle that hashes to what the site said.
            var acknowledged = server.Heard.OfType<AppliedFrame>().Max(frame => frame.Seq);
            using var store = ReaderStore.Open(folder);
            var kept = store.First("SELECT seq, bundle FROM rules", row => (Seq: row.GetInt64(0), Bundle: row.GetFieldValue<byte[]>(1)));
            Assert.InRange(kept.Seq, acknowledged, site.Seq);
            Assert.True(Protocol.Bundles.Bundle.TryRead(kept.Bundle, out var bundle));
            Assert.Equal(kept.Seq, bundle.StatusSequence);
            Assert.Contains(Chain.Check(store, site.Reader), entry => entry.Kind == EventKind.StatementApplied && entry.Payload.BundleSeq == kept.Seq);
        }

        // The last start sends what the kills had left behind; the server has every event, each once, in one chain (FakeServer checks it).
        using (await ReaderProcess.Start(folder))
        {
            using var store = ReaderStore.Open(folder, shared: true);
            await Eventually.Holds(() => server.StoredState.Seq == store.First("SELECT max(seq) FROM events", row => row.GetInt64(0)), "everything has arrived");
        }

        Directory.Delete(folder, recursive: true);
    }

    // Every statement counts the status sequence to its own seq, so that the stored bundle shows which one made it.
    private static async Task Flood(Site site, FakeServer server, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            site.Bundle = site.Bundle with { StatusSequence = (uint)site.Seq + 1 };
            try
            {
                await server.Send(new StatementFrame(site.Snapshot(Now)));
                await Task.Delay(2, over);
            }
            catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private static async Task Knock(Phone phone, Uri reader, ConcurrentBag<(uint, uint)> told, CancellationToken over)
    {
        try
        {
            using var air = await AirPhone.Connect(reader);
            while (!over.IsCancellationRequested)
            {
                phone.Renew(Now);
                if (await air.Present(phone, Now) is not PhoneStep.Verdict verdict)
                    return;
                Assert.Equal(Reason.Granted, verdict.Result.Reason);
                told.Add((phone.Claims.Key, phone.Serial));
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException)
        {
            // The reader was killed: what it had said until then counts.
        }
    }
}
