using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Door;
using Latchkey.Reader.Store;
using Microsoft.Data.Sqlite;

namespace Latchkey.Reader.Transports;

/// <summary>
/// One presentation, from bytes to bolt; every transport comes through here. The order is: read and verify; decide; write the event (with
/// the facts that go with it, in one transaction, on the disk when it returns); draw the bolt; only then tell. So whoever was told
/// <em>open</em> stands in the log, at any power cut, once; the one thing a cut can leave behind is a grant that moved no bolt, and the phone
/// that heard nothing tries again. It costs the door one disk sync before the bolt moves. What cannot be written down opens nothing.
/// </summary>
public sealed class Admission(
    Doorway door, Rules rules, StatusLists lists, EventLog log, ReaderStore store, DoorClock clock, Action<string> complain)
{
    /// <summary>A nonce is remembered for as long as a proof that carries it could pass for fresh, and as long again.</summary>
    public const long NonceSeconds = 4 * Decider.SkewSeconds;

    private readonly KnownDocuments documents = new();
    private readonly RefusedTries tries = new();
    private readonly StrangerLog strangers = new();

    public Doorway Door { get; } = door;

    public Verdict Admit(Presented presented) => Durably(() =>
    {
        // Signatures first, outside the lock: phones at one door verify side by side.
        var readBy = rules.Bundle;
        var reading = readBy is null ? default : Read(presented, readBy);
        lock (rules.Deciding)
        {
            var state = rules.State;
            if (state.Bundle is not { } bundle)
                return WithoutRules(presented);
            // What was read by rules that have gone meanwhile is read again: reading, facts, decision and event are of one state.
            return Admit(presented, ReferenceEquals(bundle, readBy) ? reading : Read(presented, bundle), state, bundle);
        }
    });

    /// <summary>Opened by an administrator: no key is looked at, but what the site wants of the door holds for administrators, too.</summary>
    public Verdict OpenFromConsole(byte[] command, string text) => Durably(() =>
    {
        lock (rules.Deciding)
        {
            var now = clock.Now;
            var state = rules.State;
            var facts = new DoorFacts { ClockTrusted = clock.Trusted, BundleExpired = now >= state.ExpiresAt };
            var bundle = state.Bundle;
            var reason = bundle is null ? Reason.ReaderDisabled : Decider.DecideConsole(bundle, facts, now).Reason;
            log.Append(
                EventKind.Decision,
                payload => payload with
                {
                    Way = Way.Console,
                    Reason = reason,
                    Credential = CredentialKind.Console,
                    BundleEpoch = state.Epoch,
                    BundleSeq = state.Seq,
                    Now = now,
                    Facts = facts,
                    Text = text,
                    Command = command,
                },
                () => OnceOnly.Take(store, command, now + NonceSeconds));
            return Move(reason, now, bundle?.Settings.UnlockSeconds ?? 0, waitSeconds: null);
        }
    });

    private Verdict Durably(Func<Verdict> admit)
    {
        try
        {
            return admit();
        }
        catch (SqliteException fault)
        {
            complain($"The event could not be written ({fault.Message}); the door stays shut.");
            Door.Refuse(DoorSignal.NotThisDoor);
            return new(Reason.ReaderDisabled, clock.Now);
        }
    }

    private Verdict Admit(Presented presented, DocumentReading reading, BundleState state, Bundle bundle)
    {
        var document = reading.Document;
        if (reading.Authenticity == Authenticity.Genuine && presented.Nonce is { } nonce && OnceOnly.Seen(store, nonce.ToByteArray()))
            reading = reading with { Authenticity = Authenticity.Replayed };
        var genuine = reading.Authenticity == Authenticity.Genuine;
        if (genuine && document is not null && !clock.Trusted)
            clock.RaiseFloor(document.IssuedAt);
        var now = clock.Now;

        var presentation = Describe(presented, reading, bundle, now);
        var device = presented.Device ?? document?.Device;
        var facts = new DoorFacts
        {
            ClockTrusted = clock.Trusted,
            BundleExpired = now >= state.ExpiresAt,
            NewestSerial = genuine && document is not null ? SeenSerials.Newest(store, document.Key) : null,
            Listed = genuine && document is not null ? lists.StateOf(document.Key, bundle) : null,
            UsesLeft = null,
            ThrottledUntil = tries.ThrottledUntil(genuine ? device : null, now),
        };
        var decision = Decider.Decide(bundle, presentation, facts, now);
        var written = Write(presented, presentation, state, facts, decision, genuine, now);
        if (written && !decision.IsGrant && genuine)
            tries.Count(device, now);
        var isLong = genuine && document is not null && document.Flags.HasFlag(DocumentFlags.LongUnlock);
        return Move(
            decision.Reason,
            now,
            isLong ? bundle.Settings.LongUnlockSeconds : bundle.Settings.UnlockSeconds,
            decision.Reason == Reason.Throttled && facts.ThrottledUntil is { } until ? until - now : null);
    }

    private DocumentReading Read(Presented presented, Bundle bundle)
    {
        if (presented.Fault is { } fault)
            return new(fault, null, 0);
        if (presented.Document is null)
        {
            var enrolled = presented.Device is { } key && bundle.Enrolled.ContainsKey(key);
            return new(enrolled ? Authenticity.Genuine : Authenticity.Unknown, null, 0);
        }

        var reading = documents.Read(presented.Document, bundle);
        if (reading.Authenticity != Authenticity.Genuine)
            return reading;
        // Whose document it is must be who stands there: over the radio the key proven in M4, over the internet the key of the proof.
        var proven = presented.Proof is { } proof ? proof.Verify(reading.Document!.Device) : presented.Device == reading.Document!.Device;
        return reading with
        {
            Authenticity = !proven ? Authenticity.BadSignature : presented.Elsewhere ? Authenticity.Replayed : Authenticity.Genuine,
        };
    }

    private static Presentation Describe(Presented presented, DocumentReading reading, Bundle bundle, long now)
    {
        var enrolled = presented.Document is null && presented.Device is { } key && bundle.Enrolled.ContainsKey(key);
        return new()
        {
            Way = presented.Way,
            Authenticity = reading.Authenticity,
            Kind = presented.Document is not null ? CredentialKind.MobileKey : enrolled ? CredentialKind.EnrolledKey : CredentialKind.None,
            Document = reading.Document,
            IssuerKid = reading.IssuerKid,
            DeviceKey = enrolled ? presented.Device : null,
            Dated = presented.Proof?.Time,
            VerifiedAt = presented.VerifiedAgo is { } ago && ago <= now ? now - ago : null,
            ScreenLock = presented.Flags.HasFlag(Protocol.Handshake.PresentationFlags.ScreenLock),
            OneTap = presented.Flags.HasFlag(Protocol.Handshake.PresentationFlags.OneTap),
        };
    }

    /// <summary>
    /// False when a stranger, or a key that goes on and on, was one too many to be written down. A stranger is never granted anything but a door
    /// that is held open anyway.
    /// </summary>
    private bool Write(
        Presented presented, Presentation presentation, BundleState state, DoorFacts facts, Decision decision, bool genuine, long now)
    {
        string? text = null;
        var limited = !genuine || (facts.ThrottledUntil is not null && !decision.IsGrant);
        if (limited && !strangers.Admits(now, log.Waiting, out text))
            return false;
        var document = presentation.Document;
        log.Append(
            EventKind.Decision,
            payload => payload with
            {
                Way = presentation.Way,
                Reason = decision.Reason,
                Credential = presentation.Kind,
                KeyNumber = document?.Key,
                Serial = document?.Serial,
                UserId = document?.UserId ?? (presentation.DeviceKey is { } enrolled ? state.Bundle!.Enrolled[enrolled].UserId : null),
                DurationMs = (uint)Math.Clamp(presented.Took.TotalMilliseconds, 0, uint.MaxValue),
                BundleEpoch = state.Epoch,
                BundleSeq = state.Seq,
                Document = presented.Document is { Length: <= AccessDocument.BytesMax } shown ? shown : null,
                Flags = (EventFlags)presented.Flags,
                Now = now,
                Facts = facts,
                Rule = decision.Rule,
                DeviceKey = document is null ? presented.Device : null,
                Text = text,
                Command = presented.Command?.ToBytes(),
                Authenticity = presentation.Authenticity,
                VerifiedAt = presentation.VerifiedAt,
                Dated = presentation.Dated,
            },
            () =>
            {
                if (genuine && document is not null)
                    SeenSerials.Raise(store, document.Key, document.Serial);
                if (presented.Nonce is { } nonce)
                    OnceOnly.Take(store, nonce.ToByteArray(), now + NonceSeconds);
                if (presented.Command is { } command)
                    OnceOnly.Take(store, command.ToBytes(), now + NonceSeconds);
            });
        return true;
    }

    private Verdict Move(Reason reason, long now, int unlockSeconds, long? waitSeconds)
    {
        if (!reason.IsGrant())
        {
            Door.Refuse(SignalOf(reason));
            return new(reason, now, WaitSeconds: waitSeconds);
        }

        Door.Open(TimeSpan.FromSeconds(unlockSeconds));
        return new(reason, now, unlockSeconds);
    }

    private Verdict WithoutRules(Presented presented)
    {
        var now = clock.Now;
        if (strangers.Admits(now, log.Waiting, out var text))
        {
            log.Append(EventKind.Decision, payload => payload with
            {
                Way = presented.Way,
                Reason = Reason.ReaderDisabled,
                Now = now,
                Text = text,
                Command = presented.Command?.ToBytes(),
            });
        }

        return Move(Reason.ReaderDisabled, now, 0, waitSeconds: null);
    }

    /// <summary>The class of a reason in the door's own words. Each class has its light and its sound (<see cref="Pattern"/>).</summary>
    public static DoorSignal SignalOf(Reason reason) => reason.Signal() switch
    {
        Signal.Open => DoorSignal.Granted,
        Signal.Door => DoorSignal.NotThisDoor,
        Signal.Ask => DoorSignal.AskSomebody,
        Signal.Phone => DoorSignal.UsePhone,
        Signal.NotNow => DoorSignal.NotNow,
    };
}
