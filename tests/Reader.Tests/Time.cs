using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Reader.Store;
using Latchkey.Reader.Tests.Setting;

namespace Latchkey.Reader.Tests;

/// <summary>Whose time the door goes by.</summary>
public class Time
{
    [Fact]
    public async Task The_servers_time_counts_and_setting_the_machines_clock_changes_nothing()
    {
        await using var door = Setting.Door.Open();
        var now = door.Now;
        door.Machine.SetWrongBy = TimeSpan.FromDays(-300);
        Assert.Equal(now, door.Core.Clock.Now);
        door.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(now + 7, door.Core.Clock.Now);
    }

    [Fact]
    public async Task Trust_lasts_over_a_restart_of_the_reader_and_not_over_one_of_the_machine()
    {
        await using var door = Setting.Door.Open();
        var now = door.Now;
        await door.Restart();
        Assert.True(door.Core.Clock.Trusted);
        Assert.Equal(now, door.Core.Clock.Now);
        await door.Restart(hostBoot: "the next start of the machine");
        Assert.False(door.Core.Clock.Trusted);
    }

    [Fact]
    public async Task After_a_power_cut_without_a_clock_time_is_never_before_what_was_verified()
    {
        await using var door = Setting.Door.Open();
        var before = door.Now;
        door.Machine.SetWrongBy = TimeSpan.FromDays(-300);
        await door.Restart(hostBoot: "the next start of the machine");
        Assert.Equal(before, door.Core.Clock.Now);
    }

    [Fact]
    public async Task While_untrusted_a_verified_newer_document_raises_the_floor_before_it_is_judged()
    {
        await using var door = Setting.Door.Open(trusted: false);
        using var older = door.Site.NewPhone(8).Renew(door.Now, lifespan: 3600);
        using var newer = door.Site.NewPhone(7).Renew(door.Now + 7200);

        Assert.Equal(Reason.Granted, door.ReasonOf(newer));
        Assert.Equal(door.Now + 7200, door.Core.Clock.Now);
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(older));
        await door.Restart(hostBoot: "the next start of the machine");
        Assert.Equal(door.Now + 7200, door.Core.Clock.Now);
    }

    /// <summary>
    /// A newer list leaves out a revoked key once its document has died. Brought together with that document to a reader that lost the time in
    /// a power cut, it must not wake the dead.
    /// </summary>
    [Fact]
    public async Task A_verified_newer_status_list_raises_the_floor_so_that_a_revoked_key_stays_dead()
    {
        await using var door = Setting.Door.Open();
        using var revoked = door.Site.NewPhone(7).Renew(door.Now, lifespan: 24 * 3600);
        var issued = door.Now;
        revoked.Carried = door.Site.Lists(5, door.Now, (7, KeyState.Revoked));
        Assert.Equal(Reason.Revoked, door.ReasonOf(revoked));

        // Two days later, without a clock: the reader takes it for the day it last knew.
        door.Time.Advance(TimeSpan.FromDays(2));
        door.Machine.SetWrongBy = TimeSpan.FromDays(-300);
        await door.Restart(hostBoot: "the next start of the machine");
        Assert.Equal(issued, door.Core.Clock.Now);
        Assert.Equal(Reason.Revoked, door.ReasonOf(revoked));

        var newer = door.Now;
        revoked.Carried = door.Site.Lists(6, newer);
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(revoked));
        Assert.Equal(newer, door.Core.Clock.Now);
        await door.Restart(hostBoot: "the start after that");
        Assert.Equal(newer, door.Core.Clock.Now);
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(revoked));
    }

    /// <summary>While the time is trusted the floor is written seldom; the list is there all the same after a power cut, and dates the day.</summary>
    [Fact]
    public async Task A_stored_status_list_gives_the_floor_back_that_a_power_cut_cost()
    {
        await using var door = Setting.Door.Open();
        door.Time.Advance(TimeSpan.FromSeconds(DoorClock.FloorStepSeconds - 1));
        var listed = door.Now;
        using (var courier = door.Site.NewPhone(8).Renew(door.Now))
        {
            courier.Carried = door.Site.Lists(5, listed);
            Assert.Equal(Reason.Granted, door.ReasonOf(courier));
        }

        door.Machine.SetWrongBy = TimeSpan.FromDays(-300);
        await door.Restart(hostBoot: "the next start of the machine");
        using var phone = door.Site.NewPhone(9).Renew(listed - 10, lifespan: 10);
        Assert.Equal(Reason.DocumentStale, door.ReasonOf(phone));
        Assert.Equal(listed, door.Core.Clock.Now);
    }

    [Fact]
    public async Task A_forged_status_list_raises_no_floor()
    {
        await using var door = Setting.Door.Open(trusted: false);
        using var stranger = new Site();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        phone.Carried = stranger.Lists(5, door.Now + 86400);
        Assert.Equal(Reason.Granted, door.ReasonOf(phone));
        Assert.Equal(door.Now, door.Core.Clock.Now);
    }

    [Fact]
    public async Task A_forged_document_raises_no_floor()
    {
        await using var door = Setting.Door.Open(trusted: false);
        using var stranger = new Site();
        using var phone = door.Site.NewPhone().Renew(door.Now + 86400, issuer: stranger.Issuer);
        Assert.Equal(Reason.UnknownCredential, door.ReasonOf(phone));
        Assert.Equal(door.Now, door.Core.Clock.Now);
    }

    [Fact]
    public async Task A_trusted_clock_refuses_what_is_dated_ahead_of_it()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now + Decider.SkewSeconds + 1);
        Assert.Equal(Reason.Clock, door.ReasonOf(phone));
    }

    [Fact]
    public async Task An_old_statement_does_not_come_back_with_a_restart()
    {
        await using var door = Setting.Door.Open();
        var old = door.Site.Snapshot(door.Now);
        Assert.Null(door.Core.Rules.Apply(old));
        Assert.Null(door.Core.Rules.Apply(door.Site.Snapshot(door.Now)));
        await door.Restart();
        Assert.Equal(StatementRefusal.Rollback, door.Core.Rules.Apply(old));
        Assert.Equal(door.Site.Seq, door.Core.Rules.State.Seq);
        Assert.Equal(StatementRefusal.Gap, door.Core.Rules.Apply(Lost(door)));
    }

    [Fact]
    public async Task A_longer_life_of_the_same_rules_is_no_event()
    {
        await using var door = Setting.Door.Open();
        door.Time.Advance(TimeSpan.FromDays(1));
        door.Site.Seq--;
        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, bundle => bundle)));
        Assert.Equal(door.Now + Statement.LifeSeconds, door.Core.Rules.State.ExpiresAt);
        Assert.Single(door.Events(), entry => entry.Kind == EventKind.StatementApplied);
    }

    private static byte[] Lost(Setting.Door door)
    {
        door.Site.Delta(door.Now, bundle => bundle with { CustomerActive = false });
        return door.Site.Delta(door.Now, bundle => bundle with { CustomerActive = true });
    }

    /// <summary>The kernel's word for how long the machine has been up, its sleep included, lies on both sides of ours.</summary>
    [Fact]
    public void The_readers_timestamps_count_the_machines_sleep()
    {
        var before = Uptime();
        var told = (long)BootTime.Instance.GetElapsedTime(0).TotalMilliseconds;
        Assert.InRange(told, before, Uptime() + 10);

        // In hundredths of a second, cut off.
        static long Uptime() => (long)(decimal.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) * 1000);
    }
}
