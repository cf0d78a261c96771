using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Events;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Tests.Sync;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Events;

public class EventTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task Events_are_stored_once_each_whatever_is_sent_again(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var (first, second, third) = (reader.Happen(EventKind.Started), reader.Happen(EventKind.Clock), reader.Happen(EventKind.Tamper));

        Assert.Equal(2, (await reader.Bring(first, second)).Seq);
        Assert.Equal(2, (await reader.Bring(first, second)).Seq);
        Assert.Equal(3, (await reader.Bring(second, third)).Seq);
        Assert.Equal([1L, 2, 3], await Stored(site));
        Assert.Null((await Chain(site)).Fault);
    }

    [Theory, BothEngines]
    public async Task A_gap_stores_nothing_and_is_healed_by_what_was_missing(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var (first, second, third) = (reader.Happen(EventKind.Started), reader.Happen(EventKind.Clock), reader.Happen(EventKind.Tamper));
        await reader.Bring(first);

        Assert.Equal(1, (await reader.Bring(third)).Seq);
        Assert.Equal(ChainFault.Gap, (await Chain(site)).Fault);
        Assert.Equal(3, (await reader.Bring(second, third)).Seq);
        Assert.Null((await Chain(site)).Fault);
        Assert.Equal([1L, 2, 3], await Stored(site));
    }

    [Theory, BothEngines]
    public async Task What_reader_and_restored_store_both_lack_is_shown_until_accepted_and_stops_nothing(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var events = Enumerable.Range(0, 6).Select(i => reader.Happen(i == 0 ? EventKind.Started : EventKind.Clock)).ToArray();
        await reader.Bring(events[0]);
        // Numbers 2 and 3 are gone. Without the reader's word for it that is a gap like any other.
        Assert.Equal(1, (await reader.Bring(events[3])).Seq);
        Assert.Equal(4, (await reader.BringFromOldest(events[3])).Seq);
        Assert.Equal(5, (await reader.Bring(events[4])).Seq);
        Assert.Equal([1L, 4, 5], await Stored(site));

        var row = Assert.Single((await site.Get<Server.Readers.ReaderListAnswer>("/api/v1/readers")).Readers);
        Assert.Equal((Server.Readers.ReaderCondition.EventsLost, true, (ChainFault?)null), (row.Condition, row.NeedsAttention, row.EventsFault));
        Assert.Equal((2, 2, 3), (row.EventsLost!.Count, row.EventsLost.From, row.EventsLost.To));
        var accept = $"/api/v1/readers/{reader.Id}/accept-lost-events";
        Assert.Equal("not-found", await site.Refused(accept, new { id = Guid.NewGuid(), to = 2 }));
        await site.Post<Server.Readers.ReaderAnswer>(accept, new { id = Guid.NewGuid(), to = 3 });
        Assert.Null(Assert.Single((await site.Get<Server.Readers.ReaderListAnswer>("/api/v1/readers")).Readers).EventsLost);
        Assert.Equal("not-found", await site.Refused(accept, new { id = Guid.NewGuid(), to = 3 }));
        var audited = Assert.Single(await site.Read(db => db.AuditEntries.Where(a => a.AccountId == site.Id && a.Act == "AcceptLostEvents").ToListAsync()));
        Assert.Equal(reader.Id, audited.SubjectId);
    }

    [Theory, BothEngines]
    public async Task A_store_that_forgot_a_reader_says_so_and_takes_what_is_left(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var (first, second) = (reader.Happen(EventKind.Started), reader.Happen(EventKind.Clock));
        var nothing = await reader.Bring(second);
        Assert.Equal((0L, 0L), (nothing.Boot, nothing.Seq));
        Assert.Equal(2, (await reader.BringFromOldest(first, second)).Seq);
        Assert.Equal(0, (await Chain(site)).Lost);
    }

    [Theory, BothEngines]
    public async Task The_readers_word_for_a_loss_covers_no_fork_and_no_fall_of_boots(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var twin = reader.Twin();
        await reader.Bring(reader.Happen(EventKind.Started), reader.Happen(EventKind.Clock));
        Assert.Equal(2, (await reader.BringFromOldest(twin.Happen(EventKind.Tamper))).Seq);
        Assert.Equal(ChainFault.Fork, (await Chain(site)).Fault);
        Assert.Equal(0, (await Chain(site)).Lost);
    }

    [Theory, BothEngines]
    public async Task A_decision_that_the_rules_do_not_bear_out_is_an_alarm_as_it_arrives(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        await reader.Bring(
            Decision(reader, phone, Reason.Granted, facts: new() { ClockTrusted = true }),
            Decision(reader, phone, Reason.NoAccess, facts: new() { ClockTrusted = true }));

        var rows = (await site.Get<EventListAnswer>("/api/v1/events")).Events;
        Assert.Equal((EventOutcome.Alarm, EventAnnotation.ReplayDiffers), (rows[0].Outcome, rows[0].Annotation!.Value));
        Assert.Equal((EventOutcome.Opened, null), (rows[1].Outcome, rows[1].Annotation));
        Assert.Equal(Replay.Differs, (await site.Get<WhyAnswer>($"/api/v1/events/{rows[0].Id}/why")).Replay);
        Assert.Equal(Replay.Same, (await site.Get<WhyAnswer>($"/api/v1/events/{rows[1].Id}/why")).Replay);
    }

    [Theory, BothEngines]
    public async Task Another_event_under_a_stored_number_is_a_fork_and_an_alarm(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var twin = reader.Twin();
        await reader.Bring(reader.Happen(EventKind.Started), reader.Happen(EventKind.Clock));
        var receipt = await reader.Bring(twin.Happen(EventKind.Tamper));

        Assert.Equal(2, receipt.Seq);
        Assert.Equal(ChainFault.Fork, (await Chain(site)).Fault);
        Assert.Equal(2, (await Stored(site)).Count);
        var row = Assert.Single((await site.Get<Server.Readers.ReaderListAnswer>("/api/v1/readers")).Readers);
        Assert.Equal((Server.Readers.ReaderCondition.EventsBroken, true), (row.Condition, row.NeedsAttention));
    }

    [Theory, BothEngines]
    public async Task What_fits_is_stored_and_what_is_broken_is_not(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var good = reader.Happen(EventKind.Started);
        var broken = reader.Happen(EventKind.Clock) with { Payload = reader.Happen(EventKind.Clock).Payload };

        Assert.Equal(1, (await reader.Bring(good, broken)).Seq);
        Assert.Equal(ChainFault.Broken, (await Chain(site)).Fault);
        Assert.Equal([1L], await Stored(site));
    }

    [Theory, BothEngines]
    public async Task A_decision_is_listed_with_the_person_and_told_why(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone("Tomáš Horák");
        await reader.Bring(Decision(reader, phone, Reason.Granted), Decision(reader, phone, Reason.WayNotAllowed));

        var log = await site.Get<EventListAnswer>("/api/v1/events");
        Assert.Equal([EventOutcome.Refused, EventOutcome.Opened], log.Events.Select(e => e.Outcome));
        Assert.All(log.Events, e => Assert.Equal(("Tomáš Horák", phone.UserId, "Main entrance", "bluetooth"), (e.UserName, e.UserId, e.ReaderName, e.Way)));
        Assert.Equal("way_not_allowed", log.Events[0].Reason);

        var why = await site.Get<WhyAnswer>($"/api/v1/events/{log.Events[0].Id}/why");
        Assert.Equal(WhyCheck.Presentation, Assert.Single(why.Ladder, s => s.Verdict == WhyVerdict.Failed).Check);
        Assert.Equal([WhyVerdict.Passed, WhyVerdict.Passed, WhyVerdict.Passed, WhyVerdict.Failed, WhyVerdict.NotReached, WhyVerdict.NotReached, WhyVerdict.NotReached], why.Ladder.Select(s => s.Verdict));
        Assert.Contains("Everybody", why.Facts.ReaderLevels);
    }

    [Theory, BothEngines]
    public async Task Only_a_genuine_document_names_a_person(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        await reader.Bring(Decision(reader, phone, Reason.BadSignature, authenticity: Authenticity.BadSignature));
        var row = Assert.Single((await site.Get<EventListAnswer>("/api/v1/events")).Events);
        Assert.Null(row.UserId);
        Assert.Null(row.UserName);
    }

    [Theory, BothEngines]
    public async Task A_lost_key_in_use_is_an_alarm_and_an_opening_before_the_reader_had_heard_says_so(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var lost = await site.NewPhone("Jana Nováková");
        using var revoked = await site.NewPhone("Petr Dvořák");
        var before = reader.State.Seq;
        foreach (var (phone, isLost) in new[] { (lost, true), (revoked, false) })
        {
            var done = await site.House.Get<RevokeMobileKey>().Do(
                site.Owner, site.Id, phone.MobileKeyId, new(Guid.NewGuid(), "left at the station", isLost), CancellationToken.None);
            Assert.True(done.Done);
        }
        await reader.Bring(
            Decision(reader, lost, Reason.Revoked, reader.State.Seq + 2), Decision(reader, revoked, Reason.Granted, before));

        var rows = (await site.Get<EventListAnswer>("/api/v1/events")).Events;
        Assert.Equal((EventOutcome.Alarm, EventAnnotation.Lost), Assert.Single(rows.Where(r => r.KeyId == lost.MobileKeyId).Select(r => (r.Outcome, r.Annotation!.Value))));
        Assert.Equal((EventOutcome.Opened, EventAnnotation.NotSynced), Assert.Single(rows.Where(r => r.KeyId == revoked.MobileKeyId).Select(r => (r.Outcome, r.Annotation!.Value))));
        Assert.Single((await site.Get<EventListAnswer>("/api/v1/events?outcome=alarm")).Events);
    }

    [Theory, BothEngines]
    public async Task The_log_is_paged_and_narrowed(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        var events = Enumerable.Range(0, 7)
            .Select(i => Decision(reader, phone, i % 2 == 0 ? Reason.Granted : Reason.NoAccess)).ToArray();
        await reader.Bring(events);

        var seen = new List<long>();
        string? next = null;
        do
        {
            var page = await site.Get<EventListAnswer>($"/api/v1/events?limit=3{(next is null ? "" : $"&before={next}")}");
            seen.AddRange(page.Events.Select(e => e.Id));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal([7L, 6, 5, 4, 3, 2, 1], seen);
        Assert.Equal(3, (await site.Get<EventListAnswer>("/api/v1/events?reason=no_access")).Events.Count);
        Assert.Equal(4, (await site.Get<EventListAnswer>("/api/v1/events?outcome=opened")).Events.Count);
        Assert.Equal(7, (await site.Get<EventListAnswer>($"/api/v1/events?user={phone.UserId}")).Events.Count);
        using var wrong = await site.Api.GetAsync("/api/v1/events?reason=because");
        Assert.Equal("setting-out-of-range", await Site.Problem(wrong));
    }

    [Theory, BothEngines]
    public async Task Events_stream_live_and_go_on_after_the_last_one_seen(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        await reader.Bring(Decision(reader, phone, Reason.Granted));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/live") { Headers = { { "Last-Event-ID", "0" } } };
        using var response = await site.Api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal((1, "granted"), await NextEvent(lines));
        await reader.Bring(Decision(reader, phone, Reason.NoAccess));
        Assert.Equal((2, "no_access"), await NextEvent(lines));
    }

    [Theory, BothEngines]
    public async Task One_customer_hears_nothing_of_anothers_doors(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        await reader.Bring(Decision(reader, phone, Reason.Granted));
        var other = await site.House.NewSite("Beta");

        Assert.Empty((await other.Get<EventListAnswer>("/api/v1/events")).Events);
        using var why = await other.Api.GetAsync("/api/v1/events/1/why");
        Assert.Equal("not-found", await Site.Problem(why));
        var live = await site.House.Get<LiveEvents>().Since(other.Owner, site.Id, 0, CancellationToken.None);
        Assert.Equal(Server.Hosting.Refusal.NotFound, live.Refused!.Refusal);
    }

    [Theory, BothEngines]
    public async Task An_opening_from_the_console_is_decided_again_and_not_offered_as_its_own_remedy(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        EventBytes Command(Reason reason) => reader.Happen(EventKind.Decision, new()
        {
            Salt = RandomNumberGenerator.GetBytes(EventPayload.SaltBytes),
            Way = Way.Console,
            Reason = reason,
            Credential = CredentialKind.Console,
            BundleEpoch = reader.State.Epoch,
            BundleSeq = reader.State.Seq,
            Now = site.House.Time.GetUtcNow().ToUnixTimeSeconds(),
            Facts = new() { ClockTrusted = true },
            Text = "Jana: parcel",
        });
        await reader.Bring(Command(Reason.Granted), Command(Reason.WayNotAllowed));

        var log = (await site.Get<EventListAnswer>("/api/v1/events")).Events;
        var refused = await site.Get<WhyAnswer>($"/api/v1/events/{log[0].Id}/why");
        Assert.Equal(Replay.Differs, refused.Replay);
        Assert.Equal([WhyHelp.AllowWay], refused.Helps);
        Assert.Equal(Replay.Same, (await site.Get<WhyAnswer>($"/api/v1/events/{log[1].Id}/why")).Replay);
    }

    async Task<(Site Site, DoorReader Reader)> Linked(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var reader = await new DoorReader(site).Ready();
        await LinkTests.Acknowledged(site, reader);
        return (site, reader);
    }

    static EventBytes Decision(
        DoorReader reader, Phone phone, Reason reason, long? bundleSeq = null, Authenticity authenticity = Authenticity.Genuine, DoorFacts? facts = null) =>
        reader.Happen(EventKind.Decision, new()
        {
            Salt = RandomNumberGenerator.GetBytes(EventPayload.SaltBytes),
            Way = Way.Bluetooth,
            Reason = reason,
            Credential = CredentialKind.MobileKey,
            KeyNumber = phone.Claims.Key,
            Serial = phone.Claims.Serial,
            UserId = phone.Claims.UserId,
            DurationMs = 41,
            BundleEpoch = reader.State.Epoch,
            BundleSeq = bundleSeq ?? reader.State.Seq,
            Document = phone.Document,
            Authenticity = authenticity,
            Now = facts is null ? null : reader.Now,
            Facts = facts,
        });

    static async Task<(long Id, string Reason)> NextEvent(StreamReader lines)
    {
        using var hang = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (await lines.ReadLineAsync(hang.Token) is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
                continue;
            using var row = JsonDocument.Parse(line["data: ".Length..]);
            return (row.RootElement.GetProperty("id").GetInt64(), row.RootElement.GetProperty("reason").GetString()!);
        }
        throw new InvalidOperationException("The stream ended.");
    }

    static Task<List<long>> Stored(Site site) =>
        site.Read(db => db.Events.Where(e => e.CustomerId == site.Id).OrderBy(e => e.Arrival).Select(e => e.Seq).ToListAsync());

    static Task<ReaderChain> Chain(Site site) => site.Read(db => db.ReaderChains.SingleAsync(c => c.CustomerId == site.Id));
}
