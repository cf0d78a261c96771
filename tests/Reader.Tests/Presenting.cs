using CsCheck;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Door;
using Latchkey.Reader.Tests.Setting;
using Latchkey.Reader.Transports;

namespace Latchkey.Reader.Tests;

/// <summary>A phone at the door: what it is told, what the door does, what is written down.</summary>
public class Presenting
{
    [Fact]
    public async Task A_valid_key_opens_without_any_server()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone(7).Renew(door.Now);

        var told = door.Present(phone);

        Assert.Equal(new DoorResult(Reason.Granted, door.Now, UnlockSeconds: 5), told);
        Assert.Equal(Bolt.Drawn, door.Core.Door.Picture.Bolt);
        Assert.Equal(Light.Green, door.Core.Door.Picture.Light);
        var written = door.LastDecision().Payload;
        Assert.Equal((Reason.Granted, Way.Bluetooth, 7u, 17u, 1u), (written.Reason!.Value, written.Way!.Value, written.KeyNumber!.Value, written.UserId!.Value, written.Serial!.Value));
        Assert.Equal(phone.Document, written.Document);
        Assert.Equal(Authenticity.Genuine, written.Authenticity);
        Assert.Equal(new Rule(Site.Everybody, Rule.Always), written.Rule);
    }

    [Theory]
    [InlineData(23)]
    [InlineData(64)]
    [InlineData(222)]
    [InlineData(517)]
    public async Task Any_MTU_opens(int mtu)
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        Assert.Equal(Reason.Granted, door.Present(phone, mtu).Reason);
    }

    [Fact]
    public async Task A_known_phone_opens_again_and_again()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        for (var i = 0; i < 5; i++)
            Assert.Equal(Reason.Granted, door.ReasonOf(phone));
        Assert.Equal(5, door.Events().Count(entry => entry.Kind == EventKind.Decision));
    }

    [Fact]
    public async Task One_connection_carries_many_transactions()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        using var connection = door.Core.OpenConnection()!;
        for (var i = 0; i < 3; i++)
            Assert.IsType<PhoneStep.Verdict>(phone.Present(connection, door.Now));
    }

    [Fact]
    public async Task A_document_dies_with_its_lifespan_and_not_before()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now, lifespan: 24 * 3600);
        door.Time.Advance(TimeSpan.FromSeconds(24 * 3600 - 1));
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
        door.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(phone));
        Assert.Equal(Light.Red, door.Core.Door.Picture.Light);
    }

    [Fact]
    public async Task A_newer_document_of_the_same_key_ends_the_older_also_over_a_restart()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        var older = phone.Document;
        phone.Renew(door.Now);
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
        phone.Document = older;
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(phone));
        await door.Restart();
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(phone));
    }

    [Fact]
    public async Task Revoked_suspended_and_shrunk_rights_refuse_as_soon_as_the_statement_is_applied()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone(7).Renew(door.Now);
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));

        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, b => b with { States = b.States.SetItem(7, KeyState.Suspended) })));
        Assert.Equal(Reason.Suspended, door.ReasonOf(phone));
        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, b => b with { States = b.States.SetItem(7, KeyState.Revoked) })));
        Assert.Equal(Reason.Revoked, door.ReasonOf(phone));
        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, b => b with { States = b.States.Remove(7), MinSerials = b.MinSerials.SetItem(7, 2) })));
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(phone));
        Assert.Equal(Reason.Granted, door.ReasonOf(phone.Renew(door.Now)));
    }

    [Fact]
    public async Task A_strangers_PKOC_key_is_unknown_and_costs_the_door_nothing()
    {
        await using var door = Setting.Door.Open();
        using var stranger = door.Site.NewPhone();
        using var connection = door.Core.OpenConnection()!;

        var hint = Assert.IsType<PhoneStep.Hint>(stranger.Present(connection, door.Now));

        Assert.Equal(M5.Denied, hint.Status);
        Assert.Equal(Bolt.Shut, door.Core.Door.Picture.Bolt);
        var written = door.LastDecision().Payload;
        Assert.Equal((Reason.UnknownCredential, Authenticity.Unknown), (written.Reason!.Value, written.Authenticity!.Value));
        Assert.Equal(stranger.Device.Public, written.DeviceKey);
    }

    [Fact]
    public async Task An_enrolled_PKOC_key_opens_by_its_rules()
    {
        await using var door = Setting.Door.Open();
        using var stranger = door.Site.NewPhone();
        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, b => b with
        {
            Enrolled = b.Enrolled.Add(stranger.Device.Public, new(42, [new(Site.Everybody, Rule.Always)])),
        })));
        using var connection = door.Core.OpenConnection()!;

        var hint = Assert.IsType<PhoneStep.Hint>(stranger.Present(connection, door.Now));

        Assert.Equal(M5.Granted, hint.Status);
        Assert.Equal((Reason.Granted, 42u), (door.LastDecision().Payload.Reason!.Value, door.LastDecision().Payload.UserId!.Value));
    }

    [Fact]
    public async Task A_document_of_another_site_is_told_so()
    {
        await using var door = Setting.Door.Open();
        using var other = new Site();
        using var phone = door.Site.NewPhone();
        phone.Renew(door.Now, document => document with { Site = other.Id }, other.Issuer);
        Assert.Equal(Reason.WrongSite, door.ReasonOf(phone));
    }

    [Fact]
    public async Task A_document_of_an_issuer_nobody_trusts_is_unknown()
    {
        await using var door = Setting.Door.Open();
        using var other = new Site();
        using var phone = door.Site.NewPhone().Renew(door.Now, issuer: other.Issuer);
        Assert.Equal(Reason.UnknownCredential, door.ReasonOf(phone));
        Assert.Equal(Authenticity.Unknown, door.LastDecision().Payload.Authenticity);
    }

    [Fact]
    public async Task Somebody_elses_document_does_not_open()
    {
        await using var door = Setting.Door.Open();
        using var owner = door.Site.NewPhone(7).Renew(door.Now);
        Assert.Equal(Reason.Granted, door.ReasonOf(owner));
        using var thief = door.Site.NewPhone(8);
        thief.Document = owner.Document;

        Assert.Equal(Reason.UnknownCredential, door.ReasonOf(thief)); // As the door tells it.
        Assert.Equal(Reason.BadSignature, door.LastDecision().Payload.Reason);
    }

    [Fact]
    public async Task Every_flipped_bit_of_a_document_refuses()
    {
        await using var door = Setting.Door.Open(b => b);
        using var phone = door.Site.NewPhone().Renew(door.Now);
        var good = phone.Document!;
        for (var at = 0; at < good.Length; at += 7)
        {
            phone.Document = [.. good];
            phone.Document[at] ^= (byte)(1 << (at % 8));
            Assert.False(door.ReasonOf(phone).IsGrant());
        }
    }

    [Fact]
    public async Task Every_flipped_bit_on_the_air_refuses_and_hangs_up()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        for (var message = 0; message < 3; message++)
        {
            using var connection = door.Core.OpenConnection()!;
            var closed = false;
            connection.Closed += () => closed = true;
            var count = 0;
            phone.Present(connection, door.Now, value =>
            {
                if (count++ != message)
                    return value;
                var flipped = value.ToArray();
                flipped[flipped.Length / 2] ^= 1;
                return flipped;
            });
            Assert.Equal(Bolt.Shut, door.Core.Door.Picture.Bolt);
            Assert.True(closed);
            Assert.False(door.LastDecision().Payload.Reason!.Value.IsGrant());
        }
    }

    [Fact]
    public async Task A_replayed_exchange_does_not_verify()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        var recorded = new List<byte[]>();
        using (var connection = door.Core.OpenConnection()!)
        {
            phone.Present(connection, door.Now, value =>
            {
                recorded.Add(value);
                return value;
            });
        }

        door.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Bolt.Shut, door.Core.Door.Picture.Bolt);
        using var again = door.Core.OpenConnection()!;
        again.Subscribe();
        foreach (var value in recorded)
            again.Write(value);

        Assert.Equal(Bolt.Shut, door.Core.Door.Picture.Bolt);
        Assert.Equal(Reason.Malformed, door.LastDecision().Payload.Reason);
    }

    [Fact]
    public async Task Rubbish_never_opens_and_never_ends_the_reader()
    {
        await using var door = Setting.Door.Open();
        Gen.Byte.Array[1, 512].Array[1, 4].Sample(
            values =>
            {
                using var connection = door.Core.OpenConnection()!;
                connection.Subscribe();
                foreach (var value in values)
                    connection.Write(value);
                return door.Core.Door.Picture.Bolt == Bolt.Shut;
            },
            iter: 300,
            threads: 1);
        using var phone = door.Site.NewPhone().Renew(door.Now);
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
    }

    [Fact]
    public async Task Strangers_cannot_fill_the_log_and_what_was_passed_over_is_counted()
    {
        await using var door = Setting.Door.Open();
        for (var i = 0; i < StrangerLog.EventsPerWindowMax + 12; i++)
        {
            using var connection = door.Core.OpenConnection()!;
            connection.Subscribe();
            connection.Write([1, 2, 3]);
        }

        Assert.Equal(StrangerLog.EventsPerWindowMax, door.Events().Count(entry => entry.Kind == EventKind.Decision));
        door.Time.Advance(TimeSpan.FromSeconds(StrangerLog.WindowSeconds));
        using (var connection = door.Core.OpenConnection()!)
        {
            connection.Subscribe();
            connection.Write([1, 2, 3]);
        }

        Assert.StartsWith("12 more", door.LastDecision().Payload.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_server_is_away_for_long_strangers_are_one_event_an_hour_and_known_keys_all_of_them()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now, lifespan: 365 * 24 * 3600);
        while (door.Core.Log.Waiting < StrangerLog.WaitingMax)
            door.Core.Log.Append(EventKind.Tamper, payload => payload);
        for (var minute = 0; minute < 180; minute++)
        {
            for (var i = 0; i < 2; i++)
            {
                using var connection = door.Core.OpenConnection()!;
                connection.Subscribe();
                connection.Write([1, 2, 3]);
            }

            if (minute % 60 == 30)
                Assert.Equal(Reason.Granted, door.ReasonOf(phone));
            door.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var decisions = door.Events().Where(entry => entry.Kind == EventKind.Decision).Select(entry => entry.Payload).ToList();
        Assert.Equal(3, decisions.Count(payload => payload.Reason == Reason.Granted));
        var strangers = decisions.Where(payload => payload.Reason == Reason.Malformed).ToList();
        Assert.Equal(3, strangers.Count);
        Assert.StartsWith("119 more", strangers[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_carries_a_revocation_to_a_reader_that_hears_nothing()
    {
        await using var door = Setting.Door.Open();
        using var revoked = door.Site.NewPhone(7).Renew(door.Now);
        using var courier = door.Site.NewPhone(8).Renew(door.Now);
        Assert.Equal(Reason.Granted, door.ReasonOf(revoked));

        courier.Carried = door.Site.Lists(5, door.Now, (7, KeyState.Revoked));
        Assert.Equal(Reason.Granted, door.ReasonOf(courier));
        Assert.Equal(Reason.Revoked, door.ReasonOf(revoked));
        Assert.Equal(KeyState.Revoked, door.LastDecision().Payload.Facts!.Value.Listed);
        // An older list, brought by whom it would suit, changes nothing; neither does a restart.
        revoked.Carried = door.Site.Lists(4, door.Now);
        Assert.Equal(Reason.Revoked, door.ReasonOf(revoked));
        await door.Restart();
        Assert.Equal(Reason.Revoked, door.ReasonOf(revoked));

        // Newer rules of the site's own come before a list that is not newer than they are.
        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, bundle => bundle with { StatusSequence = 6 })));
        Assert.Equal(Reason.Granted, door.ReasonOf(revoked));
    }

    /// <summary>A site of two chunks: whoever would rather not be named brings the other chunk alone, which must not send honest phones' lists away.</summary>
    [Fact]
    public async Task A_reader_that_was_brought_one_chunk_of_two_says_that_it_does_not_know_the_whole()
    {
        await using var door = Setting.Door.Open();
        using var revoked = door.Site.NewPhone(7).Renew(door.Now);
        using var courier = door.Site.NewPhone(8).Renew(door.Now);
        byte[][] Chunks(uint sequence) => [door.Site.List(0, 2, sequence, door.Now, (7, KeyState.Revoked)), door.Site.List(1, 2, sequence, door.Now)];
        Reason Bring(Phone phone, uint sequence, params byte[][] lists)
        {
            phone.Carried = new(sequence, lists);
            return door.ReasonOf(phone);
        }

        Assert.Equal(Reason.Granted, Bring(revoked, 5, Chunks(5)[1]));
        Assert.Equal(0u, Told(door));
        Assert.Equal(Reason.Granted, Bring(courier, 5, Chunks(5)));
        Assert.Equal(5u, Told(door));
        Assert.Equal(Reason.Revoked, Bring(revoked, 5));

        // Each chunk by itself may be newer; the whole is as old as the oldest, over a restart too.
        Assert.Equal(Reason.Granted, Bring(courier, 6, Chunks(6)[1]));
        Assert.Equal(5u, Told(door));
        await door.Restart();
        Assert.Equal(5u, Told(door));
        Assert.Equal(Reason.Granted, Bring(courier, 6, Chunks(6)[0]));
        Assert.Equal(6u, Told(door));

        // The newest list says how many there are; the site's own rules are the whole anyway.
        Assert.Equal(Reason.Granted, Bring(courier, 7, door.Site.List(0, 1, 7, door.Now)));
        Assert.Equal(7u, Told(door));
        Assert.Equal(Reason.Granted, Bring(courier, 8, door.Site.List(0, 3, 8, door.Now)));
        Assert.Equal(0u, Told(door));
        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, bundle => bundle with { StatusSequence = 6 })));
        Assert.Equal(6u, Told(door));
    }

    [Fact]
    public async Task The_phone_that_brings_its_own_revocation_is_refused_by_it()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone(7).Renew(door.Now);
        phone.Carried = door.Site.Lists(5, door.Now, (7, KeyState.Suspended));
        Assert.Equal(Reason.Suspended, door.ReasonOf(phone));
    }

    [Fact]
    public async Task A_list_that_is_not_the_sites_counts_for_nothing_and_the_presentation_for_what_it_is()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone(7).Renew(door.Now);
        using var stranger = new Site();
        phone.Carried = stranger.Lists(5, door.Now, (7, KeyState.Revoked));
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
        phone.Carried = new(6, [[1, 2, 3], .. phone.Carried.Lists]);
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
    }

    [Fact]
    public async Task A_transaction_ends_after_ten_seconds_and_an_announced_document_after_two()
    {
        await using var door = Setting.Door.Open();
        using var slow = door.Core.OpenConnection()!;
        var closed = false;
        slow.Closed += () => closed = true;
        slow.Subscribe();
        door.Time.Advance(TimeSpan.FromSeconds(ReaderHandshake.TransactionSeconds - 1));
        Assert.False(closed);
        door.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(closed);

        using var phone = door.Site.NewPhone().Renew(door.Now);
        using var silent = door.Core.OpenConnection()!;
        var count = 0;
        phone.Present(silent, door.Now, value => count++ < 2 ? value : null);
        Assert.Equal(DoorSignal.Deciding, door.Core.Door.Picture.Signal);
        door.Time.Advance(TimeSpan.FromSeconds(ReaderHandshake.PresentationSeconds));
        Assert.Equal(Reason.UnknownCredential, door.LastDecision().Payload.Reason);
    }

    [Fact]
    public async Task Sixteen_phones_at_once_and_a_seventeenth_in_place_of_who_has_proven_nothing_longest()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        var closed = new List<int>();
        var phones = Enumerable.Range(0, Phones.ConnectionsMax).Select(i =>
        {
            door.Time.Advance(TimeSpan.FromMilliseconds(1));
            var connection = door.Core.OpenConnection();
            connection.Closed += () => closed.Add(i);
            return connection;
        }).ToList();
        Assert.IsType<PhoneStep.Verdict>(phone.Present(phones[0], door.Now));
        phones[1].Subscribe();
        using var late = door.Core.OpenConnection();
        Assert.Equal([1], closed);
        Assert.IsType<PhoneStep.Verdict>(phone.Present(late, door.Now));
        phones.ForEach(one => one.Dispose());
    }

    /// <summary>Sixteen that begin again and again, and never say who they are, would hold the door for ever.</summary>
    [Fact]
    public async Task Who_only_begins_anew_is_hung_up_on_and_who_proves_a_key_is_not()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        using var sleeper = door.Core.OpenConnection();
        using var honest = door.Core.OpenConnection();
        var (slept, hungUp) = (false, false);
        sleeper.Closed += () => slept = true;
        honest.Closed += () => hungUp = true;
        for (var seconds = 0; seconds < 2 * PhoneConnection.UnprovenSeconds; seconds += 5)
        {
            Assert.Equal(seconds >= PhoneConnection.UnprovenSeconds, slept);
            sleeper.Subscribe();
            if (seconds % 50 == 0)
                Assert.IsType<PhoneStep.Verdict>(phone.Present(honest, door.Now));
            door.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.False(hungUp);
    }

    [Fact]
    public async Task Many_phones_at_the_same_moment_are_each_written_once()
    {
        await using var door = Setting.Door.Open();
        var now = door.Now;
        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (i, _) =>
        {
            using var phone = door.Site.NewPhone((uint)i).Renew(now);
            using var connection = door.Core.OpenConnection()!;
            Assert.Equal(Reason.Granted, Assert.IsType<PhoneStep.Verdict>(phone.Present(connection, now)).Result.Reason);
            return ValueTask.CompletedTask;
        });
        var keys = door.Events().Where(entry => entry.Kind == EventKind.Decision).Select(entry => entry.Payload.KeyNumber!.Value);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (uint)i), keys.Order());
    }

    [Fact]
    public async Task Too_many_refused_tries_of_one_key_make_it_wait_and_nobody_else()
    {
        await using var door = Setting.Door.Open(b => b with { Settings = b.Settings with { SecondFactor = true } });
        using var phone = door.Site.NewPhone(7).Renew(door.Now);
        for (var i = 0; i < RefusedTries.TriesMax; i++)
            Assert.Equal(Reason.UserVerificationMissing, door.ReasonOf(phone));
        Verify(phone);
        var told = door.Present(phone);
        Assert.Equal((Reason.Throttled, (long?)RefusedTries.WindowSeconds), (told.Reason, told.WaitSeconds));

        using var other = door.Site.NewPhone(8).Renew(door.Now);
        Verify(other);
        Assert.Equal(Reason.Granted, door.ReasonOf(other));
        door.Time.Advance(TimeSpan.FromSeconds(RefusedTries.WindowSeconds));
        Verify(phone);
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));

        void Verify(Phone unlocked)
        {
            unlocked.Flags = PresentationFlags.ScreenLock | PresentationFlags.UserVerified;
            unlocked.VerifiedAt = door.Now;
        }
    }

    [Fact]
    public async Task Without_rules_nobody_is_heard()
    {
        await using var door = Setting.Door.Paired();
        using var connection = door.Core.OpenConnection()!;
        var closed = false;
        connection.Closed += () => closed = true;
        connection.Subscribe();
        Assert.True(closed);
    }

    [Fact]
    public async Task Long_unlock_is_for_those_who_have_it()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now, document => document with { Flags = DocumentFlags.LongUnlock });
        Assert.Equal(20, door.Present(phone).UnlockSeconds);
    }

    [Fact]
    public async Task Past_its_end_a_bundle_leaves_documents_only_or_nobody_as_the_site_chose()
    {
        await using var documents = Setting.Door.Open();
        documents.Time.Advance(TimeSpan.FromSeconds(Statement.LifeSeconds));
        using (var phone = documents.Site.NewPhone().Renew(documents.Now))
            Assert.Equal(Reason.Granted, documents.ReasonOf(phone));
        Assert.Single(documents.Events(), entry => entry.Kind == EventKind.BundleExpired);
        Assert.True(documents.LastDecision().Payload.Facts!.Value.BundleExpired);

        await using var nobody = Setting.Door.Open(b => b with { Settings = b.Settings with { Degraded = Degraded.DenyAll } });
        nobody.Time.Advance(TimeSpan.FromSeconds(Statement.LifeSeconds));
        using (var phone = nobody.Site.NewPhone().Renew(nobody.Now))
            Assert.Equal(Reason.ReaderDisabled, nobody.ReasonOf(phone));
    }

    /// <summary>An administrator's command is decided by the same table (spec/decision.md, "Opened from the console"), and written down with what decided it.</summary>
    [Fact]
    public async Task The_console_opens_what_the_site_allows_it_to_open()
    {
        await using var door = Setting.Door.Open();
        Reason Command(Func<Bundle, Bundle>? change = null)
        {
            var before = door.Site.Bundle;
            if (change is not null)
                Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, change)));
            var verdict = door.Core.Admission.OpenFromConsole(Guid.NewGuid().ToByteArray(), "Jana: parcel");
            var payload = door.LastDecision().Payload;
            Assert.Equal((verdict.Reason, Way.Console, CredentialKind.Console), (payload.Reason!.Value, payload.Way!.Value, payload.Credential!.Value));
            Assert.Equal(verdict.Reason, Decider.DecideConsole(door.Site.Bundle, payload.Facts!.Value, payload.Now!.Value).Reason);
            if (change is not null)
                Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, _ => before)));
            return verdict.Reason;
        }

        Assert.Equal(Reason.WayNotAllowed, Command(b => b with { Settings = b.Settings with { Ways = b.Settings.Ways & ~Way.Console } }));
        Assert.Equal(Reason.Lockdown, Command(b => b with { Posture = new(PostureMode.Lockdown) }));
        Assert.Equal(Reason.CustomerInactive, Command(b => b with { CustomerActive = false }));
        Assert.Equal(Reason.ReaderDisabled, Command(b => b with { Settings = b.Settings with { InService = false } }));
        Assert.Equal(Bolt.Shut, door.Core.Door.Picture.Bolt);
        Assert.Equal(Reason.Granted, Command());
        Assert.Equal(Bolt.Drawn, door.Core.Door.Picture.Bolt);
        Assert.Equal(Reason.GrantedHeldOpen, Command(b => b with { Posture = new(PostureMode.Evacuation) }));
    }

    [Fact]
    public async Task The_console_opens_nothing_past_the_bundles_end_where_the_site_chose_to_deny_all()
    {
        await using var door = Setting.Door.Open(b => b with { Settings = b.Settings with { Degraded = Degraded.DenyAll } });
        door.Time.Advance(TimeSpan.FromSeconds(Statement.LifeSeconds + 1));
        Assert.Equal(Reason.ReaderDisabled, door.Core.Admission.OpenFromConsole(Guid.NewGuid().ToByteArray(), "Jana").Reason);
        Assert.True(door.LastDecision().Payload.Facts!.Value.BundleExpired);
    }

    [Fact]
    public async Task The_console_opens_no_reader_without_rules()
    {
        await using var door = Setting.Door.Paired();
        Assert.Equal(Reason.ReaderDisabled, door.Core.Admission.OpenFromConsole(Guid.NewGuid().ToByteArray(), "Jana").Reason);
        Assert.Equal(Bolt.Shut, door.Core.Door.Picture.Bolt);
    }

    /// <summary>The sequence that M1 says.</summary>
    private static uint Told(Setting.Door door)
    {
        using var connection = door.Core.OpenConnection()!;
        byte[] value = [];
        connection.Notified += frame => value = frame.Value;
        connection.Subscribe();
        Assert.True(M1.TryRead(value, out var m1));
        return m1.Latchkey!.Value.StatusSequence;
    }
}
