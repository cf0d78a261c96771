using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Door;
using Latchkey.Reader.Link;
using Latchkey.Reader.Store;
using Latchkey.Reader.Tests.Setting;

namespace Latchkey.Reader.Tests;

/// <summary>The reader link, against the server's half made of the same frames.</summary>
public class Linking
{
    [Fact]
    public async Task Both_prove_themselves_then_state_comes_and_the_clock_is_trusted()
    {
        await using var linked = await Linked.Start(trusted: false);
        Assert.True(linked.Door.Core.Clock.Trusted);
        await linked.Hears<StateFrame>(state => state.ClockTrusted && state.Seq == linked.Door.Site.Seq
            && state.StateHash.AsSpan().SequenceEqual(linked.Door.Site.Bundle.StateHash()));
    }

    [Fact]
    public async Task A_server_that_cannot_prove_the_site_hears_nothing_more()
    {
        await using var linked = await Linked.Prepare();
        using var impostor = Site.NewKey();
        linked.Server.ProvesBy = impostor;
        linked.Door.Core.Start();
        await Eventually.Holds(() => linked.Phase == LinkPhase.Refused, "refused");
        Assert.Empty(linked.Server.Heard);
        Assert.Equal(0, linked.Server.Welcomes);
    }

    [Fact]
    public async Task A_refused_reader_says_why_and_tries_again()
    {
        await using var linked = await Linked.Prepare();
        linked.Server.Refuses = new("reader_deleted", "This reader was deleted in the console.");
        linked.Door.Core.Start();
        await Eventually.Holds(() => linked.Door.Core.Link.Standing is { Phase: LinkPhase.Refused, Words: "This reader was deleted in the console." }, "refused");
        linked.Server.Refuses = null;
        await linked.IsConnected();
    }

    [Fact]
    public async Task A_statement_is_applied_acknowledged_and_in_force_at_once()
    {
        await using var linked = await Linked.Start();
        using var phone = linked.Door.Site.NewPhone(7).Renew(linked.Door.Now);
        Assert.Equal(Reason.Granted, linked.Door.ReasonOf(phone));

        await linked.Server.Send(new StatementFrame(linked.Door.Site.Delta(linked.Door.Now, b => b with { States = b.States.SetItem(7, KeyState.Revoked) })));
        await linked.Hears<AppliedFrame>(applied => applied.Seq == linked.Door.Site.Seq);

        Assert.Equal(Reason.Revoked, linked.Door.ReasonOf(phone));
    }

    /// <summary>What nobody could tell the reader takes effect when the document dies: not a second later, and not a second before.</summary>
    [Fact]
    public async Task Cut_off_it_opens_to_a_key_revoked_elsewhere_until_the_documents_lifespan_has_passed_and_then_says_so()
    {
        const int lifespan = 3600;
        await using var linked = await Linked.Start();
        var door = linked.Door;
        using var phone = door.Site.NewPhone(7).Renew(door.Now, lifespan: lifespan);
        var dies = door.Now + lifespan;
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
        await Eventually.Holds(() => door.Core.Log.Waiting == 0, "the server has the opening", linked.Tick);
        door.Core.Link.Cut(true);
        var revocation = door.Site.Delta(door.Now, b => b with { States = b.States.SetItem(7, KeyState.Revoked) });

        door.Time.Advance(TimeSpan.FromSeconds(dies - door.Now - 1));
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
        door.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(dies, door.Core.Clock.Now);

        // The phone is told why, the door shows it, the page says that the link is cut, and the log keeps it for the server.
        Assert.Equal(new DoorResult(Reason.DocumentStale, dies), door.Present(phone));
        Assert.Equal((Light.Red, DoorSignal.UsePhone), (door.Core.Door.Picture.Light, door.Core.Door.Picture.Signal));
        using (var page = System.Text.Json.JsonDocument.Parse(Reader.Page.PageState.Write(door.Core, acts: true)))
        {
            Assert.Equal("cut", page.RootElement.GetProperty("link").GetProperty("state").GetString());
            Assert.Equal("document_stale", page.RootElement.GetProperty("last").GetProperty("reason").GetString());
        }

        Assert.Equal(Reason.DocumentStale, door.LastDecision().Payload.Reason);

        // With the network back everything arrives: what happened at the server, the revocation at the door.
        var welcomes = linked.Server.Welcomes;
        door.Core.Link.Cut(false);
        await Eventually.Holds(() => linked.Server.Welcomes > welcomes, "linked again", linked.Tick);
        await linked.Server.Send(new StatementFrame(revocation));
        await linked.Hears<AppliedFrame>(applied => applied.Seq == door.Site.Seq);
        await Eventually.Holds(() => linked.Server.Stored.Count(payload => payload.Reason == Reason.DocumentStale) == 1, "the refusal has arrived", linked.Tick);
        Assert.Equal(2, linked.Server.Stored.Count(payload => payload.Reason == Reason.Granted));
        Assert.Equal(Reason.Revoked, door.ReasonOf(phone));
    }

    [Fact]
    public async Task What_does_not_fit_is_named_so_that_a_snapshot_comes()
    {
        await using var linked = await Linked.Start();
        var site = linked.Door.Site;
        var old = site.Snapshot(linked.Door.Now);
        await linked.Server.Send(new StatementFrame(old));
        await linked.Hears<AppliedFrame>(applied => applied.Seq == site.Seq);

        site.Delta(linked.Door.Now, b => b with { CustomerActive = false }); // This one gets lost on the way.
        await linked.Server.Send(new StatementFrame(site.Delta(linked.Door.Now, b => b with { CustomerActive = true })));
        await linked.Hears<NotAppliedFrame>(frame => frame.Refusal == "gap");
        await linked.Server.Send(new StatementFrame(site.Snapshot(linked.Door.Now)));
        await linked.Hears<AppliedFrame>(applied => applied.Seq == site.Seq);
        await linked.Server.Send(new StatementFrame(old));
        await linked.Hears<NotAppliedFrame>(frame => frame.Refusal == "rollback");
        Assert.Contains(linked.Door.Events(), entry => entry is { Kind: EventKind.StatementRefused, Payload.Text: "rollback" });
    }

    [Fact]
    public async Task Events_made_while_the_server_was_away_arrive_once_and_in_order()
    {
        await using var linked = await Linked.Prepare();
        using var phone = linked.Door.Site.NewPhone().Renew(linked.Door.Now);
        for (var i = 0; i < 150; i++)
            Assert.Equal(Reason.Granted, linked.Door.ReasonOf(phone));

        linked.Door.Core.Start();
        await Eventually.Holds(() => linked.Door.Core.Log.Waiting == 0 && linked.Phase == LinkPhase.Connected, "everything is received", linked.Tick);

        Assert.Equal(150, linked.Server.Stored.Count(payload => payload.Reason == Reason.Granted));
        Assert.Equal(0, linked.Server.Doubles);
    }

    [Fact]
    public async Task A_link_that_drops_again_and_again_loses_and_doubles_nothing()
    {
        await using var linked = await Linked.Start();
        using var phone = linked.Door.Site.NewPhone().Renew(linked.Door.Now);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Reason.Granted, linked.Door.ReasonOf(phone));
            if (i % 4 == 0)
            {
                linked.Server.Drop();
                await Eventually.Holds(() => linked.Server.Welcomes > i / 4, "linked again", linked.Tick);
            }
        }

        await Eventually.Holds(() => linked.Server.Stored.Count(payload => payload.Reason == Reason.Granted) == 20, "all arrived", linked.Tick);
        Assert.Equal(linked.Door.Events().Count, linked.Server.Stored.Count);
    }

    [Fact]
    public async Task Without_receipts_nothing_is_trimmed_and_a_batch_comes_again()
    {
        await using var linked = await Linked.Prepare();
        linked.Server.GivesReceipts = false;
        linked.Door.Core.Start();
        await linked.IsConnected();
        await Eventually.Holds(() => linked.Server.Doubles > 0, "sent again", () => linked.Door.Time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal(linked.Server.Stored.Count, linked.Door.Core.Log.Waiting);
    }

    [Fact]
    public async Task A_server_put_back_from_a_backup_gets_what_it_lost()
    {
        await using var linked = await Linked.Start();
        await Eventually.Holds(() => linked.Door.Core.Log.Waiting == 0, "received", linked.Tick);
        var backup = linked.Server.StoredState;
        using var phone = linked.Door.Site.NewPhone().Renew(linked.Door.Now);
        linked.Door.Present(phone);
        await Eventually.Holds(() => linked.Door.Core.Log.Waiting == 0, "received", linked.Tick);

        linked.Server.ForgetAfter(backup);
        await linked.Server.Send(new ReceiptFrame(linked.Door.Site.Receipt(backup)));

        await Eventually.Holds(() => linked.Server.StoredState.Seq > backup.Seq && linked.Door.Core.Log.Waiting == 0, "sent again", linked.Tick);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_put_back_from_before_what_was_trimmed_gets_what_is_left(bool forgotAll)
    {
        await using var linked = await Linked.Start();
        await Eventually.Holds(() => linked.Door.Core.Log.Waiting == 0, "received", linked.Tick);
        var backup = forgotAll ? ChainState.Start(linked.Door.Site.Reader) : linked.Server.StoredState;
        for (var i = 0; i < EventLog.KeptMax + 200; i++)
            linked.Door.Core.Log.Append(EventKind.Tamper, payload => payload);
        await Eventually.Holds(() => linked.Door.Core.Log.Waiting == 0, "received and trimmed", linked.Tick);
        var newest = linked.Server.StoredState.Seq;
        var oldest = linked.Door.Events()[0].Seq;

        linked.Server.ForgetAfter(backup);
        linked.Door.Core.Log.Append(EventKind.Tamper, payload => payload);
        await Eventually.Holds(() => linked.Server.StoredState.Seq == newest + 1 && linked.Door.Core.Log.Waiting == 0, "gone on", linked.Tick);
        Assert.Equal(oldest - 1 - backup.Seq, linked.Server.Lost);
        Assert.True(linked.Server.Lost > 0);
    }

    [Fact]
    public async Task A_receipt_that_is_not_the_sites_trims_nothing()
    {
        await using var linked = await Linked.Prepare();
        linked.Server.GivesReceipts = false;
        linked.Door.Core.Start();
        await linked.IsConnected();
        using var impostor = Site.NewKey();
        var chain = new ChainState(linked.Door.Site.Reader, 1, 1, new byte[32]);
        await linked.Server.Send(new ReceiptFrame(Receipt.Sign(Receipt.For(chain), impostor)));
        await linked.Server.Send(new ReceiptFrame(linked.Door.Site.Receipt(chain)));
        await Eventually.Holds(() => linked.Door.Complaints.Count >= 2, "both complained about", linked.Tick);
        Assert.True(linked.Door.Core.Log.Waiting >= 2);
    }

    [Fact]
    public async Task A_remote_presentation_is_decided_by_the_reader_and_its_nonce_is_good_once()
    {
        await using var linked = await Linked.Start();
        using var phone = linked.Door.Site.NewPhone(7).Renew(linked.Door.Now);
        var nonce = Guid.NewGuid();
        var present = new Command.Present(phone.Document!, phone.OpenProof(linked.Door.Site.Reader, nonce, linked.Door.Now), nonce);

        Assert.Equal((Reason.Granted, (int?)5), await linked.Result(present));
        Assert.Equal(Bolt.Drawn, linked.Door.Core.Door.Picture.Bolt);
        Assert.Equal(Way.Internet, linked.Door.LastDecision().Payload.Way);
        Assert.Equal((Reason.Replayed, null), await linked.Result(present));

        var other = Guid.NewGuid();
        var elsewhere = new Command.Present(phone.Document!, phone.OpenProof(ReaderId.From(Guid.NewGuid()), other, linked.Door.Now), other);
        Assert.Equal((Reason.Replayed, null), await linked.Result(elsewhere));
        using var thief = linked.Door.Site.NewPhone(8);
        var fresh = Guid.NewGuid();
        var stolen = new Command.Present(phone.Document!, thief.OpenProof(linked.Door.Site.Reader, fresh, linked.Door.Now), fresh);
        Assert.Equal((Reason.UnknownCredential, null), await linked.Result(stolen));
        var early = Guid.NewGuid();
        var ahead = new Command.Present(phone.Document!, phone.OpenProof(linked.Door.Site.Reader, early, linked.Door.Now + Decider.SkewSeconds + 1), early);
        Assert.Equal((Reason.Clock, null), await linked.Result(ahead));
    }

    [Fact]
    public async Task Opened_from_the_console_once_with_who_and_why()
    {
        await using var linked = await Linked.Start();
        var id = new CommandId(Guid.NewGuid());
        var command = new CommandFrame(id, new Command.Open("Jana Nováková", "parcel"), linked.Door.Now + LinkFrame.CommandSeconds);
        await linked.Server.Send(command);
        await linked.Hears<ResultFrame>(result => result.Command == id && result.Reason == Reason.Granted);
        await linked.Server.Send(command);
        await linked.Server.Send(new CommandFrame(new(Guid.NewGuid()), new Command.Identify(), linked.Door.Now)); // Too late by now.
        await linked.Result(new Command.Identify());

        var opened = Assert.Single(linked.Door.Events(), entry => entry.Kind == EventKind.Decision).Payload;
        Assert.Equal((CredentialKind.Console, Way.Console, "Jana Nováková: parcel"), (opened.Credential!.Value, opened.Way!.Value, opened.Text));
        Assert.Equal(id.ToBytes(), opened.Command);
        Assert.Equal(2, linked.Server.Heard.OfType<ResultFrame>().Count());
    }

    [Fact]
    public async Task Very_long_words_from_the_console_are_cut_and_still_open()
    {
        await using var linked = await Linked.Start();
        var (reason, _) = await linked.Result(new Command.Open(new string('č', 128), string.Concat(Enumerable.Repeat("😀", 256))));
        Assert.Equal(Reason.Granted, reason);
    }

    [Fact]
    public async Task Silence_of_45_seconds_ends_the_link()
    {
        await using var linked = await Linked.Start();
        var states = linked.Server.Heard.OfType<StateFrame>().Count();
        await Eventually.Holds(() => linked.Server.Heard.OfType<StateFrame>().Count() > states, "heartbeat", () => linked.Door.Time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal(1, linked.Server.Welcomes);
    }

    [Fact]
    public async Task The_cut_switch_really_cuts_and_the_door_works_on()
    {
        await using var linked = await Linked.Start();
        linked.Door.Core.Link.Cut(true);
        using var phone = linked.Door.Site.NewPhone().Renew(linked.Door.Now);
        for (var i = 0; i < 50; i++)
            linked.Tick();
        Assert.Equal(LinkPhase.Cut, linked.Phase);
        Assert.Equal(1, linked.Server.Welcomes);
        Assert.Equal(Reason.Granted, linked.Door.ReasonOf(phone));

        linked.Door.Core.Link.Cut(false);
        await Eventually.Holds(() => linked.Server.Stored.Any(payload => payload.Reason == Reason.Granted), "arrives once mended", linked.Tick);
        Assert.Equal(2, linked.Server.Welcomes);
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_if_it_is_this_readers()
    {
        await using var linked = await Linked.Start();
        var old = linked.Door.Core.Rules.Identity.AtTheDoor.Certificate;
        var stranger = new Site();
        await linked.Server.Send(new CertificateFrame(stranger.Certificate().Span.ToArray()));
        var renewed = linked.Door.Site.Certificate(notAfter: (uint)linked.Door.Now + 86400).Span.ToArray();
        await linked.Server.Send(new CertificateFrame(renewed));
        await Eventually.Holds(() => linked.Door.Core.Rules.Identity.AtTheDoor.Certificate.AsSpan().SequenceEqual(renewed), "renewed");
        Assert.NotEqual(old, renewed);
        using var phone = linked.Door.Site.NewPhone().Renew(linked.Door.Now);
        Assert.Equal(Reason.Granted, linked.Door.ReasonOf(phone));
    }

    [Fact]
    public async Task Status_lists_are_kept_if_they_are_newer_and_told_to_phones()
    {
        await using var linked = await Linked.Start();
        var site = linked.Door.Site;
        byte[] List(uint sequence) => StatusList.Sign(
            StatusList.Build(site.Id, 0, 1, sequence, linked.Door.Now, linked.Door.Now + 86400, 3600, [(7, KeyState.Revoked)]), site.Issuer);
        await linked.Server.Send(new StatusListFrame([List(118)]));
        await linked.Server.Send(new StatusListFrame([List(117)]));
        await linked.Result(new Command.Identify());

        using var phone = site.NewPhone().Renew(linked.Door.Now);
        using var connection = linked.Door.Core.OpenConnection()!;
        M1 m1 = default;
        byte[] value = [];
        connection.Notified += frame => value = frame.Value;
        connection.Subscribe();
        Assert.True(M1.TryRead(value, out m1));
        Assert.Equal(118u, m1.Latchkey!.Value.StatusSequence);
    }

    [Theory]
    [InlineData("https://keys.example.com/api/v1/reader/link", "wss://keys.example.com/api/v1/reader/link")]
    [InlineData("wss://keys.example.com:8443/x", "wss://keys.example.com:8443/x")]
    [InlineData("http://127.0.0.1:5000/x", "ws://127.0.0.1:5000/x")]
    [InlineData("ws://localhost:5000/x", "ws://localhost:5000/x")]
    [InlineData("http://keys.example.com/x", null)]
    [InlineData("ws://192.0.2.7/x", null)]
    [InlineData("ftp://127.0.0.1/x", null)]
    [InlineData("nothing", null)]
    public void Nothing_goes_unprotected_over_a_network(string address, string? expected) =>
        Assert.Equal(expected, ServerLink.AddressOf(address)?.ToString());

    private sealed class Linked : IAsyncDisposable
    {
        public required Setting.Door Door { get; init; }

        public required FakeServer Server { get; init; }

        public LinkPhase Phase => Door.Core.Link.Standing.Phase;

        public static async Task<Linked> Prepare(bool trusted = true)
        {
            // The server's address is part of the identity, so the server is there before the reader.
            FakeServer? server = null;
            Setting.Door? door = null;
            var site = new Site();
            server = await FakeServer.Start(site, () => door?.Now ?? 0);
            door = Setting.Door.Open(site, server.Link, trusted);
            return new() { Door = door, Server = server };
        }

        public static async Task<Linked> Start(bool trusted = true)
        {
            var linked = await Prepare(trusted);
            linked.Door.Core.Start();
            await linked.IsConnected();
            return linked;
        }

        public void Tick() => Door.Time.Advance(TimeSpan.FromMilliseconds(100));

        public Task IsConnected() => Eventually.Holds(() => Phase == LinkPhase.Connected, "connected", Tick);

        public Task Hears<T>(Func<T, bool> that)
            where T : LinkFrame => Eventually.Holds(() => Server.Heard.OfType<T>().Any(that), typeof(T).Name, Tick);

        public async Task<(Reason, int?)> Result(Command command)
        {
            var id = new CommandId(Guid.NewGuid());
            await Server.Send(new CommandFrame(id, command, Door.Now + LinkFrame.CommandSeconds));
            ResultFrame? result = null;
            await Eventually.Holds(() => (result = Server.Heard.OfType<ResultFrame>().FirstOrDefault(frame => frame.Command == id)) is not null, "a result");
            return (result!.Reason, result.UnlockSeconds);
        }

        public async ValueTask DisposeAsync()
        {
            await Door.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
