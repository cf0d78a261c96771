using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Reader.Door;
using Latchkey.Reader.Tests.Setting;
using Latchkey.Reader.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Latchkey.Reader.Tests;

/// <summary>Bolt, leaf, light and buzzer.</summary>
public class DoorBehaviour
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void The_bolt_is_drawn_for_its_time_and_not_longer()
    {
        using var door = new Doorway(time);
        door.Open(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal((Bolt.Drawn, Light.Green), (door.Picture.Bolt, door.Picture.Light));
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal((Bolt.Shut, Light.Ready), (door.Picture.Bolt, door.Picture.Light));
    }

    [Fact]
    public void A_second_grant_prolongs_and_never_shortens()
    {
        using var door = new Doorway(time);
        door.Open(TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(1));
        door.Open(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(18));
        Assert.Equal(Bolt.Drawn, door.Picture.Bolt);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Bolt.Shut, door.Picture.Bolt);
    }

    [Fact]
    public void Setting_the_clock_neither_shortens_nor_prolongs()
    {
        var machine = new MachineClock(time);
        using var door = new Doorway(machine);
        door.Open(TimeSpan.FromSeconds(5));
        machine.SetWrongBy = TimeSpan.FromDays(1);
        Assert.Equal((Bolt.Drawn, 5), (door.Picture.Bolt, door.Picture.SecondsLeft));
    }

    [Fact]
    public void A_shut_bolt_holds_whoever_pushes()
    {
        using var door = new Doorway(time);
        Assert.False(door.Push());
        Assert.Equal(Leaf.Closed, door.Picture.Leaf);
    }

    [Fact]
    public void Pushed_in_time_it_was_opened_else_not_opened()
    {
        using var door = new Doorway(time);
        var facts = new List<DoorFact>();
        door.Happened += facts.Add;
        door.Open(TimeSpan.FromSeconds(5));
        Assert.True(door.Push());
        Assert.Equal(Leaf.Open, door.Picture.Leaf);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((Leaf.Closed, Bolt.Shut), (door.Picture.Leaf, door.Picture.Bolt));
        door.Open(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([DoorFact.Opened, DoorFact.NotOpened], facts);
    }

    [Fact]
    public void The_bolt_waits_for_the_leaf_to_come_home()
    {
        using var door = new Doorway(time);
        door.Open(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(4));
        door.Push();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((Leaf.Open, Bolt.Drawn), (door.Picture.Leaf, door.Picture.Bolt));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((Leaf.Closed, Bolt.Shut), (door.Picture.Leaf, door.Picture.Bolt));
    }

    [Fact]
    public void Amber_while_somebody_is_heard_and_the_verdict_outshines_it()
    {
        using var door = new Doorway(time);
        door.BeginDeciding();
        door.BeginDeciding();
        Assert.Equal(Light.Amber, door.Picture.Light);
        door.Refuse(DoorSignal.AskSomebody);
        door.EndDeciding();
        Assert.Equal(Light.Red, door.Picture.Light);
        time.Advance(TimeSpan.FromMilliseconds(Pattern.Of(DoorSignal.AskSomebody).DurationMs));
        Assert.Equal(Light.Amber, door.Picture.Light);
        door.EndDeciding();
        Assert.Equal(Light.Ready, door.Picture.Light);
    }

    [Fact]
    public void A_refusal_beside_an_open_door_does_not_shut_it()
    {
        using var door = new Doorway(time);
        door.Open(TimeSpan.FromSeconds(20));
        door.Refuse(DoorSignal.NotNow);
        Assert.Equal((Bolt.Drawn, Light.Red), (door.Picture.Bolt, door.Picture.Light));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((Bolt.Drawn, Light.Green), (door.Picture.Bolt, door.Picture.Light));
    }

    [Fact]
    public void Each_reason_has_a_signal_and_each_signal_its_own_light_and_sound()
    {
        var signals = Reasons.All.Select(Admission.SignalOf).Distinct().ToList();
        Assert.Equal(5, signals.Count);
        var refusals = signals.Where(signal => signal != DoorSignal.Granted).Select(Pattern.Of).ToList();
        Assert.All(refusals, pattern => Assert.Equal(Light.Red, pattern.Lights[0].Light));
        Assert.Equal(4, refusals.Select(pattern => string.Join(',', pattern.Lights)).Distinct().Count());
        Assert.Equal(4, refusals.Select(pattern => string.Join(',', pattern.Tones)).Distinct().Count());
        Assert.Empty(Pattern.Of(DoorSignal.NotThisDoor).Tones);
    }

    [Fact]
    public async Task A_posture_holds_the_door_open_until_its_end()
    {
        await using var door = Setting.Door.Open();
        Assert.Null(door.Core.Rules.Apply(door.Site.Delta(door.Now, b => b with { Posture = new(PostureMode.HeldOpen, door.Now + 60) })));
        Assert.True(door.Core.Door.Picture is { Bolt: Bolt.Drawn, HeldOpen: true });
        using (var phone = door.Site.NewPhone().Renew(door.Now))
            Assert.Equal(Reason.GrantedHeldOpen, door.ReasonOf(phone));
        door.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(door.Core.Door.Picture is { Bolt: Bolt.Shut, HeldOpen: false });
        Assert.DoesNotContain(door.Events(), entry => entry.Kind == EventKind.NotOpened);
    }

    [Fact]
    public async Task What_happens_at_the_door_after_a_grant_is_written_down()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone().Renew(door.Now);
        door.Present(phone);
        Assert.True(door.Core.Door.Push());
        door.Time.Advance(TimeSpan.FromSeconds(30));
        door.Present(phone);
        door.Time.Advance(TimeSpan.FromSeconds(30));
        var kinds = door.Events().Select(entry => entry.Kind).Where(kind => kind is EventKind.Opened or EventKind.NotOpened);
        Assert.Equal([EventKind.Opened, EventKind.NotOpened], kinds);
    }
}
