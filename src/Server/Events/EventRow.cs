using System.Linq.Expressions;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Events;

/// <summary>What an event amounts to, for chips and filters.</summary>
public enum EventOutcome
{
    Opened,
    Refused,

    /// <summary>Somebody should look: a lost key was used, a door was forced or held, a reader was touched or ran out of rules.</summary>
    Alarm,

    /// <summary>Granted, and nobody went through.</summary>
    NotOpened,

    /// <summary>The reader about itself: started, applied a statement, set its clock.</summary>
    Note,
}

/// <summary>One event as lists show it.</summary>
/// <param name="Id">Number of its arrival, unique within the customer; the cursor of the live view.</param>
/// <param name="At">When it happened, by the reader's clock.</param>
/// <param name="Outcome">What it amounts to.</param>
/// <param name="Kind">What happened, such as decision or forced.</param>
/// <param name="Reason">Name of the reason of a decision, such as outside_schedule.</param>
/// <param name="Way">How the key was presented.</param>
/// <param name="ReaderId">Where.</param>
/// <param name="ReaderName">Where, in words.</param>
/// <param name="UserId">Whose key it was; null when nobody's is known.</param>
/// <param name="UserName">Whose key it was, in words.</param>
/// <param name="KeyId">The mobile key.</param>
/// <param name="DurationMs">From the first message to the decision.</param>
/// <param name="Annotation">What only the server can add.</param>
public sealed record EventRow(
    long Id, DateTimeOffset At, EventOutcome Outcome, string Kind, string? Reason, string? Way, Guid ReaderId, string? ReaderName,
    Guid? UserId, string? UserName, Guid? KeyId, int? DurationMs, EventAnnotation? Annotation)
{
    internal static readonly int[] AlarmKinds =
        [(int)EventKind.Held, (int)EventKind.Forced, (int)EventKind.UnlockFailed, (int)EventKind.Tamper, (int)EventKind.BundleExpired];

    internal static readonly int[] NoteKinds =
    [
        (int)EventKind.Opened, (int)EventKind.HeldEnd, (int)EventKind.Started, (int)EventKind.StatementApplied,
        (int)EventKind.StatementRefused, (int)EventKind.Clock,
    ];

    internal static readonly int[] Grants = [(int)Protocol.Decisions.Reason.Granted,
        (int)Protocol.Decisions.Reason.GrantedOverride, (int)Protocol.Decisions.Reason.GrantedHeldOpen];

    /// <summary>The same distinction as <see cref="OutcomeOf"/>, asked of the store.</summary>
    internal static Expression<Func<Event, bool>> Is(EventOutcome outcome) => outcome switch
    {
        EventOutcome.Alarm => e => e.Annotation == EventAnnotation.Lost || e.Annotation == EventAnnotation.ReplayDiffers
            || AlarmKinds.Contains(e.Kind),
        EventOutcome.Opened => e => e.Kind == (int)EventKind.Decision && e.Reason != null && Grants.Contains(e.Reason.Value)
            && (e.Annotation == null || e.Annotation == EventAnnotation.NotSynced),
        EventOutcome.Refused => e => e.Kind == (int)EventKind.Decision && (e.Reason == null || !Grants.Contains(e.Reason.Value))
            && (e.Annotation == null || e.Annotation == EventAnnotation.NotSynced),
        EventOutcome.NotOpened => e => e.Kind == (int)EventKind.NotOpened,
        EventOutcome.Note => e => NoteKinds.Contains(e.Kind),
    };

    internal static EventOutcome OutcomeOf(Event stored) => stored switch
    {
        { Annotation: EventAnnotation.Lost or EventAnnotation.ReplayDiffers } => EventOutcome.Alarm,
        { Kind: (int)EventKind.Decision, Reason: { } reason } when Grants.Contains(reason) => EventOutcome.Opened,
        { Kind: (int)EventKind.Decision } => EventOutcome.Refused,
        { Kind: (int)EventKind.NotOpened } => EventOutcome.NotOpened,
        _ when AlarmKinds.Contains(stored.Kind) => EventOutcome.Alarm,
        _ => EventOutcome.Note,
    };

    /// <summary>Events with the names of the people and doors they are about.</summary>
    internal static IQueryable<Named> Named(Db db, IQueryable<Event> events) =>
        from stored in events
        join reader in db.Readers on new { stored.CustomerId, Id = stored.ReaderId } equals new { reader.CustomerId, reader.Id } into readers
        from reader in readers.DefaultIfEmpty()
        join user in db.Users on new { stored.CustomerId, Id = stored.UserId } equals new { user.CustomerId, Id = (Guid?)user.Id } into users
        from user in users.DefaultIfEmpty()
        select new Named(stored, reader == null ? null : reader.Name, user == null ? null : user.Name);

    internal static EventRow Of(Named named)
    {
        var stored = named.Stored;
        return new(
            stored.Arrival, stored.At, OutcomeOf(stored), KindName((EventKind)stored.Kind),
            stored.Reason is { } reason && Reasons.IsKnown(reason) ? ((Reason)reason).Name() : null,
            stored.Way is { } way ? ((Way)way).ToString().ToLowerInvariant() : null,
            stored.ReaderId, named.ReaderName, stored.UserId, named.UserName, stored.KeyId, stored.DurationMs, stored.Annotation);
    }

    static string KindName(EventKind kind) => kind switch
    {
        EventKind.Decision => "decision",
        EventKind.Opened => "opened",
        EventKind.NotOpened => "not_opened",
        EventKind.Held => "held",
        EventKind.HeldEnd => "held_end",
        EventKind.Forced => "forced",
        EventKind.UnlockFailed => "unlock_failed",
        EventKind.Started => "started",
        EventKind.StatementApplied => "statement_applied",
        EventKind.StatementRefused => "statement_refused",
        EventKind.Clock => "clock",
        EventKind.Tamper => "tamper",
        EventKind.BundleExpired => "bundle_expired",
    };
}

/// <summary>A stored event beside the names it is about.</summary>
sealed record Named(Event Stored, string? ReaderName, string? UserName);
