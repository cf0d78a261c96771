using System.Net.WebSockets;
using System.Security.Cryptography;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Access;
using Latchkey.Server.Readers;
using Latchkey.Server.Sync;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Sync;

public class LinkTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task A_paired_reader_links_and_gets_its_whole_bundle(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Pair("Garage");
        await reader.Begin();
        var statement = await reader.Apply();

        Assert.NotNull(statement.Snapshot);
        var bundle = reader.State.Bundle!;
        Assert.Equal("Garage", bundle.Settings.Name);
        Assert.Equal([AccessLevel.Everybody], bundle.Sets.Select(s => (int)s));
        Assert.True(bundle.CustomerActive);
        Assert.Equal([reader.Link], bundle.Servers);
        Assert.Single(bundle.Issuers);
    }

    [Theory, BothEngines]
    public async Task Who_can_not_prove_the_readers_key_gets_no_link(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Pair();
        using var wrongKey = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));

        Assert.Equal("proof_wrong", await Refusal(reader, (n, s) => new ReaderProof(reader.State.Site, reader.State.Reader, n, s).Sign(wrongKey)));
        // The nonces of an earlier link, signed by the right key: a replay.
        var old = LinkNonce.From(new byte[LinkNonce.Bytes]);
        Assert.Equal("proof_wrong", await Refusal(reader, (n, _) => new ReaderProof(reader.State.Site, reader.State.Reader, n, old).Sign(reader.Key)));
        Assert.Equal("proof_wrong", await Refusal(reader, (_, s) => new ReaderProof(reader.State.Site, reader.State.Reader, old, s).Sign(reader.Key)));
        var otherSite = SiteId.From(Guid.NewGuid());
        Assert.Equal("proof_wrong", await Refusal(reader, (n, s) => new ReaderProof(otherSite, reader.State.Reader, n, s).Sign(reader.Key)));
        Assert.False(site.House.Get<Links>().IsLinked(reader.Id));
    }

    static async Task<string?> Refusal(DoorReader reader, Func<LinkNonce, LinkNonce, byte[]> prove)
    {
        await reader.Connect();
        var nonce = LinkNonce.From(RandomNumberGenerator.GetBytes(LinkNonce.Bytes));
        await reader.Send(new HelloFrame(reader.State.Reader, nonce));
        var challenge = await reader.Expect<ChallengeFrame>();
        Assert.True(ServerProof.TryRead(challenge.Proof, out var proof));
        await reader.Send(new ProofFrame(prove(nonce, proof.ServerNonce)));
        var refused = Assert.IsType<RefusedFrame>(await reader.Next());
        Assert.Null(await reader.Next());
        return refused.Code;
    }

    [Theory, BothEngines]
    public async Task Unknown_and_deleted_readers_are_refused(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Delete(site, reader);
        await reader.Apply();
        await IsOver(reader);

        await reader.Connect();
        await reader.Send(new HelloFrame(ReaderId.From(Guid.NewGuid()), LinkNonce.From(new byte[LinkNonce.Bytes])));
        Assert.Equal("unknown_reader", Assert.IsType<RefusedFrame>(await reader.Next()).Code);
    }

    [Theory, BothEngines]
    public async Task A_reader_deleted_while_linked_is_told_and_refuses_everybody(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        Assert.Equal(Reason.Granted, reader.Decide(phone.Document));
        await Delete(site, reader);
        Assert.Equal(ReaderCondition.DeletedNotTold, Assert.Single(await Listed(site)).Condition);

        await reader.Apply();
        Assert.Equal(Reason.ReaderDisabled, reader.Decide(phone.Document));
        Assert.Empty(reader.State.Bundle!.Issuers);
        Assert.Empty(reader.State.Bundle.Sets);
        await IsOver(reader);
        Assert.Empty(await Listed(site));
    }

    [Theory, BothEngines]
    public async Task A_reader_deleted_while_away_is_told_at_its_next_link_and_that_is_its_last(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        await Acknowledged(site, reader);
        reader.Cut();
        await Delete(site, reader);
        Assert.Equal(Reason.Granted, reader.Decide(phone.Document));
        var row = Assert.Single(await Listed(site));
        Assert.Equal(ReaderCondition.DeletedNotTold, row.Condition);
        Assert.Equal(phone.Claims.Expires, row.OpensUntil!.Value.ToUnix());

        // Linked and gone again before it could say so: it may come back.
        await reader.Begin();
        await reader.Expect<StatementFrame>();
        reader.Cut();
        var before = reader.Happen(EventKind.Tamper);
        await reader.Begin(eventsWaiting: 1);
        await reader.Apply();
        Assert.Equal(Reason.ReaderDisabled, reader.Decide(phone.Document));
        // What it saw before it knew still comes in.
        Assert.Equal(1, (await reader.Bring(before)).Seq);
        await reader.Tell();
        await IsOver(reader);
        Assert.Empty(await Listed(site));
    }

    [Theory, BothEngines]
    public async Task A_deleted_reader_is_listed_no_longer_than_it_can_open_and_not_at_all_if_it_never_could(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var blank = await new DoorReader(site).Pair("Never linked");
        await Delete(site, blank);
        Assert.Empty(await Listed(site));
        await IsRefused(blank);

        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        await Acknowledged(site, reader);
        reader.Cut();
        await Delete(site, reader);
        Assert.Single(await Listed(site));
        house.Time.Advance(DateTimeOffset.FromUnixTimeSeconds(phone.Claims.Expires) - house.Time.GetUtcNow());
        Assert.Empty(await Listed(site));
    }

    static Task<ReaderAnswer> Delete(Site site, DoorReader reader) =>
        site.Post<ReaderAnswer>($"/api/v1/readers/{reader.Id}/delete", new { id = Guid.NewGuid() });

    static async Task<IReadOnlyList<ReaderRow>> Listed(Site site) => (await site.Get<ReaderListAnswer>("/api/v1/readers")).Readers;

    // The link it had ends, and there is no other.
    static async Task IsOver(DoorReader reader)
    {
        while (await reader.Next() is not null)
        {
        }
        await IsRefused(reader);
    }

    static async Task IsRefused(DoorReader reader)
    {
        await reader.Connect();
        await reader.Send(new HelloFrame(reader.State.Reader, LinkNonce.From(new byte[LinkNonce.Bytes])));
        Assert.Equal("unknown_reader", Assert.IsType<RefusedFrame>(await reader.Next()).Code);
    }

    [Theory, BothEngines]
    public async Task Nonsense_in_place_of_a_hello_ends_the_connection(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Connect();
        await reader.SendBytes([0xFF, 0x00, 0x13]);
        Assert.Equal("malformed", Assert.IsType<RefusedFrame>(await reader.Next()).Code);
        Assert.Null(await reader.Next());
    }

    [Theory, BothEngines]
    public async Task One_network_cannot_take_the_places_of_all_readers(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Pair();
        const string flood = "192.0.2.7";
        Task<WebSocket> Connect() => house.Connect(LinkAddress.Path, LinkFrame.Subprotocol, flood);
        var said = new List<Task<string>>();
        for (var i = 0; i <= Links.UnprovenPerNetworkMax; i++)
            said.Add(Said(await Connect()));

        // One of them finds no place, all others hold theirs in silence; a reader elsewhere gets its own.
        Assert.Equal("busy", await await Task.WhenAny(said));
        await reader.Begin();
        _ = Assert.Single(said, s => s.IsCompleted);
        // Who says nothing loses the place again, and others get it.
        await Eventually(site, () =>
        {
            house.Time.Advance(ReaderLink.HelloPatience);
            return Task.FromResult(said.TrueForAll(s => s.IsCompleted));
        });
        Assert.Equal(Links.UnprovenPerNetworkMax, (await Task.WhenAll(said)).Count(s => s == "malformed"));
        await Eventually(site, async () =>
        {
            using var back = await Connect();
            await back.SendAsync(
                new HelloFrame(ReaderId.From(Guid.NewGuid()), LinkNonce.From(new byte[LinkNonce.Bytes])).Write().AsMemory(),
                WebSocketMessageType.Binary, true, CancellationToken.None);
            return await Said(back) == "unknown_reader";
        });
    }

    static async Task<string> Said(WebSocket socket)
    {
        using var hang = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var buffer = new byte[4096];
        var part = await socket.ReceiveAsync(buffer.AsMemory(), hang.Token);
        return LinkFrame.TryRead(buffer.AsSpan(0, part.Count), out var frame) && frame is RefusedFrame refused
            ? refused.Code
            : throw new InvalidOperationException("No refusal was said.");
    }

    [Theory, BothEngines]
    public async Task An_act_reaches_the_linked_reader_as_a_delta_and_is_acknowledged(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        var patch = await site.Api.PatchAsync(
            $"/api/v1/readers/{reader.Id}", System.Net.Http.Json.JsonContent.Create(new { id = Guid.NewGuid(), unlockSeconds = 9, name = "Side door" }));
        await Site.Done<ReaderAnswer>(patch);

        var statement = await reader.Apply();
        Assert.NotNull(statement.Delta);
        Assert.Equal((9, "Side door"), (reader.State.Bundle!.Settings.UnlockSeconds, reader.State.Bundle.Settings.Name));
        await Eventually(site, async () =>
        {
            var row = Assert.Single((await site.Get<ReaderListAnswer>("/api/v1/readers")).Readers);
            return row is { Condition: ReaderCondition.UpToDate, Online: true } && row.AppliedSeq == row.DesiredSeq && row.AppliedSeq == reader.State.Seq;
        });
    }

    [Theory, BothEngines]
    public async Task A_reader_that_was_away_goes_on_from_what_it_holds(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Acknowledged(site, reader);
        reader.Cut();
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 7 });
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 8 });
        await reader.Begin();

        var statement = await reader.Apply();
        Assert.NotNull(statement.Delta);
        Assert.Equal(8, reader.State.Bundle!.Settings.UnlockSeconds);
    }

    [Theory, BothEngines]
    public async Task A_reader_that_forgot_everything_gets_a_snapshot(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Acknowledged(site, reader);
        reader.Cut();
        reader.Forget();
        await reader.Begin();
        Assert.NotNull((await reader.Apply()).Snapshot);
    }

    [Theory, BothEngines]
    public async Task A_reader_that_applied_and_lost_the_link_before_it_could_say_so_is_believed(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Acknowledged(site, reader);
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 7 });
        var frame = await reader.Expect<StatementFrame>();
        reader.Cut();
        reader.Hold(frame);
        await reader.Begin();
        await Acknowledged(site, reader);
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 8 });
        Assert.NotNull((await reader.Apply()).Delta);
    }

    [Theory, BothEngines]
    public async Task A_refused_delta_is_answered_by_a_snapshot_and_shown(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 7 });
        await reader.Expect<StatementFrame>();
        await reader.Send(new NotAppliedFrame(StatementRefusal.Gap.Name()));
        Assert.NotNull((await reader.Apply()).Snapshot);
        Assert.Equal(7, reader.State.Bundle!.Settings.UnlockSeconds);
        await Acknowledged(site, reader);
    }

    [Theory, BothEngines]
    public async Task A_lost_hint_is_healed_by_the_heartbeat(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Acknowledged(site, reader);
        // As a replica whose NOTIFY got lost: the row is there, and nobody here was told.
        await site.Read(async db =>
        {
            await db.Readers.Where(r => r.Id == reader.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.UnlockSeconds, 11));
            return await db.FeedCounters.Where(c => c.CustomerId == site.Id).ExecuteUpdateAsync(s => s.SetProperty(c => c.Seq, c => c.Seq + 1));
        });
        await reader.Tell();
        await reader.Apply();
        Assert.Equal(11, reader.State.Bundle!.Settings.UnlockSeconds);
    }

    [Theory, BothEngines]
    public async Task A_newer_link_of_the_same_reader_ends_the_older(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var older = new DoorReader(site);
        await older.Ready();
        using var newer = older.Twin();
        await newer.Begin();
        while (await older.Next() is not null)
        {
        }
        Assert.True(site.House.Get<Links>().IsLinked(newer.Id));
        await Update(site, newer, new { id = Guid.NewGuid(), unlockSeconds = 7 });
        await newer.ApplyUntil(b => b.Settings.UnlockSeconds == 7);
    }

    [Theory, BothEngines]
    public async Task A_reader_ahead_of_a_restored_store_follows_into_a_new_epoch(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 7 });
        await reader.Apply();
        await Acknowledged(site, reader);
        reader.Cut();
        await site.Read(db => db.FeedCounters.Where(c => c.CustomerId == site.Id).ExecuteUpdateAsync(s => s.SetProperty(c => c.Seq, 0)));
        await reader.Begin();
        var statement = await reader.Apply();
        Assert.Equal(2, statement.Epoch);
        Assert.NotNull(statement.Snapshot);
    }

    [Theory, BothEngines]
    public async Task A_statement_that_could_not_be_stored_is_sent_as_soon_as_it_can(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        await Acknowledged(site, reader);
        await using (await Broken.Table(house, "ReaderStatements"))
        {
            await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 7 });
            await FeedFailed(house);
        }
        await WhileTimePasses(house, reader.ApplyUntil(b => b.Settings.UnlockSeconds == 7));

        // What a reader says while the store is away is not lost, either.
        await Acknowledged(site, reader);
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 8 });
        var frame = await reader.Expect<StatementFrame>();
        house.Logged.Clear();
        await using (await Broken.Table(house, "ReaderStatements"))
        {
            await reader.Apply(frame);
            await FeedFailed(house);
        }
        await WhileTimePasses(house, Acknowledged(site, reader));
    }

    [Theory, BothEngines]
    public async Task A_reader_ahead_of_a_restored_store_follows_also_when_the_new_epoch_could_not_be_stored_at_first(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        await Update(site, reader, new { id = Guid.NewGuid(), unlockSeconds = 7 });
        await reader.Apply();
        await Acknowledged(site, reader);
        reader.Cut();
        await site.Read(db => db.FeedCounters.Where(c => c.CustomerId == site.Id).ExecuteUpdateAsync(s => s.SetProperty(c => c.Seq, 0)));
        await using (await Broken.Table(house, "FeedCounters"))
        {
            await reader.Begin();
            await FeedFailed(house);
        }
        Statement? statement = null;
        await WhileTimePasses(house, Task.Run(async () => statement = await reader.Apply()));
        Assert.Equal(2, statement!.Epoch);
    }

    /// <summary>A table that takes no update until this is disposed of.</summary>
    sealed class Broken(House house, string table) : IAsyncDisposable
    {
        public static async Task<Broken> Table(House house, string table)
        {
            await Run(house, house.Store.IsSqlite
                ? $"CREATE TRIGGER broken BEFORE UPDATE ON \"{table}\" BEGIN SELECT RAISE(ABORT, 'broken'); END"
                : $"ALTER TABLE \"{table}\" ADD CONSTRAINT broken CHECK (false) NOT VALID");
            return new(house, table);
        }

        public async ValueTask DisposeAsync() =>
            await Run(house, house.Store.IsSqlite ? "DROP TRIGGER broken" : $"ALTER TABLE \"{table}\" DROP CONSTRAINT broken");

        static Task<int> Run(House house, string sql) => house.Store.Write(db => db.Database.ExecuteSqlRawAsync(sql), CancellationToken.None);
    }

    static async Task FeedFailed(House house)
    {
        for (var look = 0; look < 4000; look++)
        {
            if (house.Logged.Any(l => l.Contains("could not be read or written", StringComparison.Ordinal)))
                return;
            await Task.Delay(25);
        }
        Assert.Fail("The feed never met the broken table.");
    }

    // The feed rests by the server's clock. It is moved less in all than a statement stays unanswered.
    static async Task WhileTimePasses(House house, Task done)
    {
        for (var look = 0; look < 250 && !done.IsCompleted; look++)
        {
            house.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(25);
        }
        await done;
    }

    [Theory, BothEngines]
    public async Task Statements_are_refreshed_daily_and_certificates_at_half_their_life(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = new DoorReader(site);
        await reader.Ready();
        await Acknowledged(site, reader);
        reader.Cut();
        var before = reader.State.ExpiresAt;
        house.Time.Advance(Statements.RefreshedEach);
        await reader.Begin();
        var refresh = await reader.Apply();
        Assert.True(refresh.Delta!.IsEmpty);
        Assert.True(reader.State.ExpiresAt > before);

        reader.Cut();
        house.Leap(Reader.CertificateLife / 2);
        await reader.Begin();
        var renewed = await reader.Expect<CertificateFrame>();
        Assert.True(Latchkey.Protocol.Handshake.ReaderCertificate.TryRead(renewed.Certificate, out var certificate));
        Assert.True(certificate.IsSignedBy(reader.State.SiteKeys));
        Assert.True(certificate.NotAfter > reader.Certificate.NotAfter);
    }

    static async Task Update(Site site, DoorReader reader, object body)
    {
        using var response = await site.Api.PatchAsync($"/api/v1/readers/{reader.Id}", System.Net.Http.Json.JsonContent.Create(body));
        await Site.Done<ReaderAnswer>(response);
    }

    internal static Task Acknowledged(Site site, DoorReader reader) => Eventually(site, async () =>
        await site.Read(db => db.ReaderStatements.AnyAsync(
            s => s.CustomerId == site.Id && s.ReaderId == reader.Id && s.AckedSeq == reader.State.Seq && s.AckedEpoch == reader.State.Epoch)));

    // Acknowledgements are written by the site's feed, after the frame that carries them was read.
    internal static async Task Eventually(Site site, Func<Task<bool>> holds)
    {
        for (var look = 0; look < 4000; look++)
        {
            if (await holds())
                return;
            await Task.Delay(25);
        }
        Assert.Fail($"It never came to hold at site {site.Id}.");
    }
}
