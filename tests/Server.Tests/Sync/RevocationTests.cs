using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Server.Access;
using Latchkey.Server.Sync;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;
using KeyState = Latchkey.Server.Users.KeyState;
using StoredCode = Latchkey.Server.Users.ActivationCode;
using Status = Latchkey.Protocol.Credentials.KeyState;

namespace Latchkey.Server.Tests.Sync;

public class RevocationTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task A_revocation_reaches_linked_readers_and_is_done_when_all_know(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var near = await new DoorReader(site).Ready("Main entrance");
        using var far = await new DoorReader(site).Ready("Cellar store");
        using var phone = await site.NewPhone();
        Assert.Equal(Reason.Granted, Decide(near, phone));
        await LinkTests.Acknowledged(site, far);
        far.Cut();

        var revoked = await Revoke(site, phone);
        Assert.Equal((KeyState.Revoking, 2), (revoked.State, revoked.Reach!.Of));
        await near.ApplyUntil(b => b.States.GetValueOrDefault(phone.Claims.Key) == Status.Revoked);
        Assert.Equal(Reason.Revoked, Decide(near, phone));
        await LinkTests.Eventually(site, async () => (await Reach(site, phone)) is { Told: 1, Of: 2, Slowest: "Cellar store", LatestAt: not null });
        Assert.Equal(KeyState.Revoking, await State(site, phone));

        await far.Begin();
        await far.ApplyUntil(b => b.States.ContainsKey(phone.Claims.Key));
        await LinkTests.Eventually(site, async () => await State(site, phone) == KeyState.Revoked);
    }

    [Theory, BothEngines]
    public async Task A_reader_cut_off_ends_a_key_by_the_documents_own_end(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        await LinkTests.Acknowledged(site, reader);
        reader.Cut();
        await Revoke(site, phone);

        house.Time.Advance(DateTimeOffset.FromUnixTimeSeconds(phone.Claims.Expires - 1) - house.Time.GetUtcNow());
        Assert.Equal(Reason.Granted, Decide(reader, phone));
        house.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Reason.DocumentStale, Decide(reader, phone));
        // The clockwork that settles by time runs on the same clock.
        for (var round = 0; round < 30 && await State(site, phone) != KeyState.Revoked; round++)
        {
            house.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(50);
        }
        Assert.Equal(KeyState.Revoked, await State(site, phone));
    }

    [Theory, BothEngines]
    public async Task A_hold_and_its_end_reach_the_reader(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        await site.House.Get<SuspendMobileKey>().Do(site.Owner, site.Id, phone.MobileKeyId, new(Guid.NewGuid()), CancellationToken.None);
        await reader.ApplyUntil(b => b.States.GetValueOrDefault(phone.Claims.Key) == Status.Suspended);
        Assert.Equal(Reason.Suspended, Decide(reader, phone));
        await site.House.Get<ResumeMobileKey>().Do(site.Owner, site.Id, phone.MobileKeyId, new(Guid.NewGuid()), CancellationToken.None);
        await reader.ApplyUntil(b => !b.States.ContainsKey(phone.Claims.Key));
        Assert.Equal(Reason.Granted, Decide(reader, phone));
    }

    [Theory, BothEngines]
    public async Task An_access_level_taken_away_makes_documents_stale_until_the_phone_renews(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        var everybody = Assert.Single((await site.Get<AccessLevelListAnswer>("/api/v1/access-levels")).Levels);
        var taken = await site.Post<UserLevelsAnswer>(
            $"/api/v1/users/{phone.UserId}/access-levels/take", new { id = Guid.NewGuid(), levelId = everybody.LevelId });
        Assert.Empty(taken.LevelIds);

        await reader.ApplyUntil(b => b.MinSerials.ContainsKey(phone.Claims.Key));
        Assert.Equal(Reason.DocumentStale, Decide(reader, phone));
        await phone.Renew();
        Assert.Equal(Reason.NoAccess, Decide(reader, phone));
        await site.Post<UserLevelsAnswer>(
            $"/api/v1/users/{phone.UserId}/access-levels/give", new { id = Guid.NewGuid(), levelId = everybody.LevelId });
        await phone.Renew();
        Assert.Equal(Reason.Granted, Decide(reader, phone));
    }

    [Theory, BothEngines]
    public async Task A_server_put_back_from_a_backup_issues_and_withdraws_above_what_readers_saw(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        var backup = await Backup.Of(site);
        for (var i = 0; i < 3; i++)
            await RenewASecondLater();
        var seen = phone.Claims.Serial;
        await Restore();
        await RenewASecondLater();
        Assert.True(phone.Claims.Serial > seen);
        Assert.Equal(Reason.Granted, reader.Decide(phone.Document, seen));

        // What is taken away after a restore is taken from the documents that the store forgot, too.
        await Restore();
        var everybody = Assert.Single((await site.Get<AccessLevelListAnswer>("/api/v1/access-levels")).Levels);
        house.Time.Advance(TimeSpan.FromSeconds(1));
        await site.Post<UserLevelsAnswer>(
            $"/api/v1/users/{phone.UserId}/access-levels/take", new { id = Guid.NewGuid(), levelId = everybody.LevelId });
        await reader.ApplyUntil(b => b.MinSerials.ContainsKey(phone.Claims.Key));
        Assert.Equal(Reason.DocumentStale, Decide(reader, phone));
        await phone.Renew();
        Assert.Equal(Reason.NoAccess, Decide(reader, phone));

        Task RenewASecondLater()
        {
            house.Time.Advance(TimeSpan.FromSeconds(1));
            return phone.Renew();
        }

        Task Restore() => backup.Restore();
    }

    [Theory, BothEngines]
    public async Task Whatever_is_taken_away_after_a_restore_is_told_to_readers_until_forgotten_documents_have_died(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        await LinkTests.Acknowledged(site, reader);
        reader.Cut();
        var everybody = Assert.Single((await site.Get<AccessLevelListAnswer>("/api/v1/access-levels")).Levels);
        Dictionary<string, Func<Phone, Task>> acts = new()
        {
            ["revoke"] = phone => Act(phone, "revoke"),
            ["suspend"] = phone => Act(phone, "suspend"),
            ["hold the user"] = phone => site.Post<UserActAnswer>($"/api/v1/users/{phone.UserId}/suspend", new { id = Guid.NewGuid() }),
            ["delete the user"] = phone => site.Post<UserActAnswer>($"/api/v1/users/{phone.UserId}/delete", new { id = Guid.NewGuid() }),
            ["take the level"] = phone => site.Post<UserLevelsAnswer>(
                $"/api/v1/users/{phone.UserId}/access-levels/take", new { id = Guid.NewGuid(), levelId = everybody.LevelId }),
            ["end earlier"] = phone => site.Post<MobileKeyAnswer>(
                $"/api/v1/mobile-keys/{phone.MobileKeyId}/validity",
                new { id = Guid.NewGuid(), validFrom = DateTimeOffset.UnixEpoch, validTo = house.Time.GetUtcNow().AddMinutes(10) }),
            ["withdraw"] = phone => Act(phone, "withdraw"),
            ["remove the device"] = async phone => await site.Post<DeviceAnswer>(
                $"/api/v1/devices/{(await site.Key(phone.MobileKeyId)).DeviceId}/remove", new { id = Guid.NewGuid() }),
        };
        // At the time of the backup these phones held a document that is dead by the restore, and those had not activated yet.
        List<(string Act, Phone Phone)> held = [], invited = [];
        var invitations = new List<NewCodeAnswer>();
        foreach (var act in acts.Keys)
        {
            if (act != "withdraw")
                held.Add((act, await site.NewPhone()));
            if (act is not ("revoke" or "suspend"))
            {
                invited.Add((act, new Phone(site)));
                invitations.Add(await site.Invite());
            }
        }
        var backup = await Backup.Of(site);

        house.Time.Advance(TimeSpan.FromHours(20));
        foreach (var (_, phone) in held)
            await phone.Renew();
        foreach (var ((_, phone), invitation) in invited.Zip(invitations))
            await phone.Activate(invitation);
        house.Time.Advance(TimeSpan.FromHours(6));
        await backup.Restore();
        Assert.All(held.Concat(invited), p => Assert.Equal(Reason.Granted, Decide(reader, p.Phone)));

        foreach (var (act, phone) in held.Concat(invited))
        {
            await acts[act](phone);
            // Nobody was told yet, and a document that the store has forgotten lives.
            Assert.NotEqual(KeyState.Revoked, await State(site, phone));
        }
        await reader.Begin();
        await reader.Apply();
        Assert.All(held.Concat(invited), p => Assert.True(Decide(reader, p.Phone) != Reason.Granted, p.Act));
        await LinkTests.Eventually(site, async () => await State(site, held[0].Phone) == KeyState.Revoked);
        // As long as they live.
        house.Time.Advance(TimeSpan.FromHours(17));
        var rows = await site.Read(db => SiteRows.Load(db, site.Id, house.Time.GetUtcNow(), CancellationToken.None));
        Assert.All(held.Concat(invited), p => Assert.Contains(rows!.Keys, k => k.Number == p.Phone.Claims.Key));
        foreach (var (_, phone) in held.Concat(invited))
            phone.Dispose();

        Task<MobileKeyAnswer> Act(Phone phone, string act) =>
            site.Post<MobileKeyAnswer>($"/api/v1/mobile-keys/{phone.MobileKeyId}/{act}", new { id = Guid.NewGuid() });
    }

    [Theory, BothEngines]
    public async Task A_hold_that_was_ended_after_the_backup_holds_again_after_the_restore(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        await Act("suspend");
        var backup = await Backup.Of(site);
        house.Time.Advance(TimeSpan.FromHours(26));
        await Act("resume");
        await phone.Renew();
        reader.Cut();
        await reader.Begin();
        await reader.ApplyUntil(_ => reader.State.Seq > backup.Seq);
        Assert.Equal(Reason.Granted, Decide(reader, phone));
        await LinkTests.Acknowledged(site, reader);
        reader.Cut();
        await backup.Restore();

        await reader.Begin();
        await reader.ApplyUntil(b => b.States.ContainsKey(phone.Claims.Key));
        Assert.Equal((2, Reason.Suspended), (reader.State.Epoch, Decide(reader, phone)));

        Task Act(string act) => site.Post<MobileKeyAnswer>($"/api/v1/mobile-keys/{phone.MobileKeyId}/{act}", new { id = Guid.NewGuid() });
    }

    /// <summary>What the store holds of a site's keys, to be put back as a backup would be.</summary>
    sealed record Backup(Site Site, List<MobileKey> Keys, List<Device> Devices, List<StoredCode> Codes, List<FeedCounter> Counters)
    {
        public long Seq => Counters[0].Seq;

        public static Task<Backup> Of(Site site) => site.Read(async db => new Backup(
            site,
            await db.MobileKeys.AsNoTracking().Where(k => k.CustomerId == site.Id).ToListAsync(),
            await db.Devices.AsNoTracking().Where(d => d.CustomerId == site.Id).ToListAsync(),
            await db.ActivationCodes.AsNoTracking().Where(c => c.CustomerId == site.Id).ToListAsync(),
            await db.FeedCounters.AsNoTracking().Where(c => c.CustomerId == site.Id).ToListAsync()));

        public Task Restore() => Site.House.Store.Write(
            async db =>
            {
                await db.FeedChanges.Where(c => c.CustomerId == Site.Id && c.Seq > Seq).ExecuteDeleteAsync();
                db.UpdateRange([.. Keys, .. Devices, .. Codes, .. Counters]);
            },
            CancellationToken.None);
    }

    [Theory, BothEngines]
    public async Task A_document_that_a_restored_store_forgot_opens_no_door_of_a_newer_level_and_bears_no_newer_keys_number(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        var everybody = Assert.Single((await site.Get<AccessLevelListAnswer>("/api/v1/access-levels")).Levels);
        using (var patched = await site.Api.PatchAsync(
            $"/api/v1/access-levels/{everybody.LevelId}", System.Net.Http.Json.JsonContent.Create(new { id = Guid.NewGuid(), allReaders = false })))
            await Site.Done<AccessLevelAnswer>(patched);
        var backup = await Backup.Of(site);
        var numbers = await site.Read(db => db.Customers.AsNoTracking().SingleAsync(c => c.AccountId == site.Id));
        var forgotten = new List<Phone>();
        try
        {
            // The second time the very same backup is put back.
            for (var restores = 1; restores <= 2; restores++)
            {
                var level = await NewLevel();
                var phone = new Phone(site);
                forgotten.Add(phone);
                await phone.Activate(await site.Issue(new { id = Guid.NewGuid(), name = "Jana Nováková", notify = false, accessLevelIds = new[] { level } }));
                await reader.ApplyUntil(b => b.Sets.Contains(phone.Claims.Rules[0].Set));
                Assert.Equal(Reason.Granted, Decide(reader, phone));
                await LinkTests.Acknowledged(site, reader);
                reader.Cut();

                await site.House.Store.Write(
                    async db =>
                    {
                        await db.UserAccessLevels.Where(l => l.CustomerId == site.Id && l.LevelId == level).ExecuteDeleteAsync();
                        await db.AccessLevelReaders.Where(l => l.CustomerId == site.Id && l.LevelId == level).ExecuteDeleteAsync();
                        await db.AccessLevels.Where(l => l.CustomerId == site.Id && l.Id == level).ExecuteDeleteAsync();
                        await db.Customers.Where(c => c.AccountId == site.Id).ExecuteUpdateAsync(s => s
                            .SetProperty(c => c.LastLevelNumber, numbers.LastLevelNumber).SetProperty(c => c.LastKeyNumber, numbers.LastKeyNumber));
                        await db.ActivationCodes.Where(c => c.CustomerId == site.Id).ExecuteDeleteAsync();
                        await db.MobileKeys.Where(k => k.CustomerId == site.Id).ExecuteDeleteAsync();
                    },
                    CancellationToken.None);
                await backup.Restore();
                await reader.Begin();
                await reader.ApplyUntil(_ => reader.State.Epoch == restores + 1);
            }
            await NewLevel();
            await reader.ApplyUntil(b => b.Sets.Length == 1);
            Assert.All(forgotten, phone => Assert.Equal(Reason.NoAccess, Decide(reader, phone)));
            using var newer = await site.NewPhone();
            Assert.Equal(3, forgotten.Select(p => p.Claims.Key).Append(newer.Claims.Key).Distinct().Count());
        }
        finally
        {
            forgotten.ForEach(p => p.Dispose());
        }

        async Task<Guid> NewLevel() => (await site.Post<AccessLevelAnswer>(
            "/api/v1/access-levels", new { id = Guid.NewGuid(), name = "Vault", readerIds = new[] { reader.Id } })).LevelId;
    }

    [Fact]
    public void Level_numbers_go_round_behind_the_last_and_never_to_everybody()
    {
        Assert.Equal(2, AccessLevel.NumberBehind(AccessLevel.Everybody, 1));
        Assert.Equal(AccessLevel.NumberMax, AccessLevel.NumberBehind(AccessLevel.NumberMax - 1, 1));
        Assert.Equal(2, AccessLevel.NumberBehind(AccessLevel.NumberMax, 1));
        Assert.Equal(101, AccessLevel.NumberBehind(AccessLevel.NumberMax, SiteFeed.LevelNumbersPassedOver));
    }

    [Theory, BothEngines]
    public async Task A_phone_is_given_the_newest_status_list_of_its_site(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var courier = await site.NewPhone();
        using var revoked = await site.NewPhone("Petr Dvořák");
        // Nothing ever changed: there is nothing to carry.
        Assert.Equal((0u, 0), (courier.Carried.Sequence, courier.Carried.Lists.Count));

        await Revoke(site, revoked);
        await courier.Renew();
        var first = Read(reader, courier);
        Assert.Equal(Status.Revoked, first.StateOf(revoked.Claims.Key));
        Assert.Equal(Status.Valid, first.StateOf(courier.Claims.Key));
        Assert.Equal(courier.Carried.Sequence, first.Sequence);
        // The reader that heard it by itself says the same number, so that nobody carries it there in vain.
        await reader.ApplyUntil(b => b.StatusSequence == first.Sequence);
        // The same list until something changes.
        await courier.Renew();
        Assert.Equal(first.IssuedAt, Read(reader, courier).IssuedAt);

        // A store put back from a backup numbers above what it forgot.
        await site.Read(db => db.FeedCounters.Where(c => c.CustomerId == site.Id)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.StatusSequence, first.Sequence - 10)));
        house.Time.Advance(TimeSpan.FromSeconds(1));
        await site.House.Get<SuspendMobileKey>().Do(site.Owner, site.Id, courier.MobileKeyId, new(Guid.NewGuid()), CancellationToken.None);
        await site.House.Get<ResumeMobileKey>().Do(site.Owner, site.Id, courier.MobileKeyId, new(Guid.NewGuid()), CancellationToken.None);
        await courier.Renew();
        Assert.True(Read(reader, courier).Replaces(first));
        Assert.Equal(Status.Revoked, Read(reader, courier).StateOf(revoked.Claims.Key));
    }

    static StatusList Read(DoorReader reader, Phone phone)
    {
        var bundle = reader.State.Bundle!;
        Assert.Null(StatusList.TryRead(Assert.Single(phone.Carried.Lists), bundle.Site, bundle.Issuers.Values.Select(i => i.Key), out var list));
        return list!;
    }

    [Theory, BothEngines]
    public async Task A_door_taken_out_of_a_level_refuses_and_the_other_doors_do_not(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var lobby = await new DoorReader(site).Ready("Lobby");
        using var vault = await new DoorReader(site).Ready("Vault");
        using var phone = await site.NewPhone();
        var everybody = Assert.Single((await site.Get<AccessLevelListAnswer>("/api/v1/access-levels")).Levels);
        Assert.Equal((true, 2, 1), (everybody.AllReaders, everybody.Readers, everybody.Users));
        using var patched = await site.Api.PatchAsync(
            $"/api/v1/access-levels/{everybody.LevelId}",
            System.Net.Http.Json.JsonContent.Create(new { id = Guid.NewGuid(), allReaders = false, readerIds = new[] { lobby.Id } }));
        var changed = await Site.Done<AccessLevelAnswer>(patched);

        await vault.ApplyUntil(b => b.Sets.IsEmpty);
        while (lobby.State.Seq < changed.Seq)
            await lobby.Apply();
        Assert.Equal(Reason.NoAccess, Decide(vault, phone));
        Assert.Equal(Reason.Granted, Decide(lobby, phone));
    }

    [Theory, BothEngines]
    public async Task A_level_takes_no_reader_of_another_customer(Engine engine)
    {
        var house = await houses.Shared(engine);
        var (alfa, beta) = (await house.NewSite(), await house.NewSite("Beta"));
        using var reader = new DoorReader(alfa);
        await reader.Pair();
        Assert.Equal(
            "reader-unknown",
            await beta.Refused("/api/v1/access-levels", new { id = Guid.NewGuid(), name = "Ours", readerIds = new[] { reader.Id } }));
        var level = Assert.Single((await alfa.Get<AccessLevelListAnswer>("/api/v1/access-levels")).Levels);
        using var phone = await beta.NewPhone();
        Assert.Equal(
            "access-level-unknown",
            await beta.Refused($"/api/v1/users/{phone.UserId}/access-levels/give", new { id = Guid.NewGuid(), levelId = level.LevelId }));
    }

    static Reason Decide(DoorReader reader, Phone phone) => reader.Decide(phone.Document);

    static async Task<MobileKeyAnswer> Revoke(Site site, Phone phone)
    {
        var done = await site.House.Get<RevokeMobileKey>().Do(
            site.Owner, site.Id, phone.MobileKeyId, new(Guid.NewGuid(), "gone"), CancellationToken.None);
        return done.Done ? done.Value : throw new InvalidOperationException(done.Refused.ToString());
    }

    static Task<Reach?> Reach(Site site, Phone phone) => site.Read(async db =>
        await ReachQuery.Ask(db, await db.MobileKeys.SingleAsync(k => k.Id == phone.MobileKeyId), CancellationToken.None));

    static Task<KeyState> State(Site site, Phone phone) =>
        site.Read(db => db.MobileKeys.Where(k => k.Id == phone.MobileKeyId).Select(k => k.State).SingleAsync());
}
