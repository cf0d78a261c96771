using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Reader.Store;
using Latchkey.Reader.Tests.Setting;
using Latchkey.Reader.Transports;

namespace Latchkey.Reader.Tests;

/// <summary>What was acknowledged is in force: no decision, however long it was under way, moves the door by older rules.</summary>
public class RulesInForce
{
    [Fact]
    public async Task What_was_presented_before_a_revocation_and_not_decided_is_decided_by_it()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone(7).Renew(door.Now);
        var verdict = Admitted(door, Presented(phone, door), () => door.Site.Delta(door.Now, b => b with { States = b.States.SetItem(7, KeyState.Revoked) }));
        Assert.Equal(Reason.Revoked, verdict.Reason);
        var written = door.LastDecision().Payload;
        Assert.Equal((Reason.Revoked, door.Site.Seq), (written.Reason!.Value, written.BundleSeq!.Value));
    }

    /// <summary>What was read under older rules is read again: an issuer's new key counts, and the old one does not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_read_by_older_rules_is_read_again(bool newIssuer)
    {
        await using var door = Setting.Door.Open();
        using var issuer = Site.NewKey();
        using var phone = door.Site.NewPhone(7).Renew(door.Now, issuer: newIssuer ? issuer : null);
        var verdict = Admitted(door, Presented(phone, door), () =>
        {
            door.Site.Bundle = door.Site.Bundle with { Issuers = door.Site.Bundle.Issuers.Clear().Add(issuer.Public.KidNumber, new(issuer.Public)) };
            return door.Site.Snapshot(door.Now);
        });
        Assert.Equal(newIssuer ? Reason.Granted : Reason.UnknownCredential, verdict.Reason);
        Assert.Equal(newIssuer ? Authenticity.Genuine : Authenticity.Unknown, door.LastDecision().Payload.Authenticity);
    }

    [Fact]
    public async Task No_statement_is_applied_while_a_decision_is_under_way()
    {
        await using var door = Setting.Door.Open();
        var (rules, before) = (door.Core.Rules, door.Core.Rules.State);
        var statement = door.Site.Delta(door.Now, b => b with { States = b.States.SetItem(7, KeyState.Revoked) });
        var refusal = (StatementRefusal?)StatementRefusal.Malformed;
        var applying = new Thread(() => refusal = rules.Apply(statement));
        lock (rules.Deciding)
        {
            applying.Start();
            UntilItWaits(applying);
            Assert.True(applying.IsAlive);
            Assert.Same(before, rules.State);
        }

        applying.Join();
        Assert.Null(refusal);
        Assert.Equal(before.Seq + 1, rules.State.Seq);
    }

    [Fact]
    public async Task The_door_moves_before_the_next_rules_can_come()
    {
        await using var door = Setting.Door.Open();
        using var phone = door.Site.NewPhone(7).Renew(door.Now);
        var moved = new List<bool>();
        door.Core.Door.Changed += () => moved.Add(door.Core.Rules.Deciding.IsHeldByCurrentThread);
        Assert.True(door.Core.Admission.Admit(Presented(phone, door)).IsGrant);
        Assert.True(door.Core.Admission.OpenFromConsole(new byte[EventPayload.CommandBytes], "Jana").IsGrant);
        Assert.Equal([true, true], moved);
    }

    [Fact]
    public async Task Carried_revocations_outlive_a_read_that_failed()
    {
        await using var door = Setting.Door.Open();
        using var revoked = door.Site.NewPhone(7).Renew(door.Now);
        using var courier = door.Site.NewPhone(8).Renew(door.Now);
        courier.Carried = door.Site.Lists(5, door.Now, (7, KeyState.Revoked));
        Assert.Equal(Reason.Granted, door.ReasonOf(courier));
        Assert.Equal(Reason.Revoked, door.ReasonOf(revoked));

        // Rules with issuers of their own have the lists read again, and just then they can't be.
        using (var beside = ReaderStore.Open(door.Folder, shared: true))
        {
            beside.Run("ALTER TABLE status_lists RENAME TO away");
            Assert.Null(door.Core.Rules.Apply(door.Site.Snapshot(door.Now)));
            Assert.Equal(Reason.ReaderDisabled, door.Core.Admission.Admit(Presented(revoked, door)).Reason);
            beside.Run("ALTER TABLE away RENAME TO status_lists");
        }

        Assert.Equal(Reason.Revoked, door.ReasonOf(revoked));
    }

    // Presented, read, and waiting for its turn when the statement is applied.
    private static Verdict Admitted(Setting.Door door, Presented presented, Func<byte[]> statement)
    {
        Verdict? verdict = null;
        var presenting = new Thread(() => verdict = door.Core.Admission.Admit(presented));
        lock (door.Core.Rules.Deciding)
        {
            presenting.Start();
            UntilItWaits(presenting);
            Assert.True(presenting.IsAlive);
            Assert.Null(door.Core.Rules.Apply(statement()));
        }

        presenting.Join();
        return verdict!;
    }

    private static Presented Presented(Phone phone, Setting.Door door) =>
        Transports.Presented.OverRadio(phone.Device.Public, new(phone.Document!, phone.Flags, null, door.Now), TimeSpan.Zero);

    private static void UntilItWaits(Thread thread) =>
        Assert.True(SpinWait.SpinUntil(() => !thread.IsAlive || thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromMinutes(2)));
}
