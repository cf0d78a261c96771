using System.Text.Json;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;
using MobileKeyState = Latchkey.Server.Users.KeyState;

namespace Latchkey.Server.Events;

/// <summary>The ladder of checks as people see it, in order.</summary>
public enum WhyCheck
{
    ReaderInService,
    KeyIsGenuine,
    KeyIsInForce,
    Presentation,
    HasARight,
    Schedule,
    Use,
}

public enum WhyVerdict
{
    Passed,
    Failed,
    NotReached,
}

public sealed record WhyStep(WhyCheck Check, WhyVerdict Verdict);

/// <summary>What would let the person in, or mend the door.</summary>
public enum WhyHelp
{
    PutReaderInService,
    RestoreCustomer,
    ResumeKey,
    ResumeUser,
    ExtendValidity,
    IssueNewKey,
    RenewPhone,
    AllowWay,
    UnlockPhone,
    SetScreenLock,
    SetPhoneClock,
    GiveAccessLevel,
    ChangeHours,
    Wait,
    TryAgain,
    OpenOnce,
}

/// <summary>Whether deciding again, by what the reader knew then, comes to the same verdict.</summary>
public enum Replay
{
    Same,
    Differs,

    /// <summary>The reader's bundle of that moment is not kept, or the event carries no document.</summary>
    NotPossible,
}

/// <summary>What the sentence about a decision speaks of; each is absent where nothing is known.</summary>
/// <param name="KeyState">State of the key now.</param>
/// <param name="KeyStateSince">Since when.</param>
/// <param name="KeyStateBy">Who brought it there, or put its user on hold.</param>
/// <param name="KeyStateWhy">In the administrator's words.</param>
/// <param name="ValidFrom">Of the key.</param>
/// <param name="ValidTo">Of the key.</param>
/// <param name="DocumentIssuedAt">When the phone last renewed, by the document it presented.</param>
/// <param name="DocumentExpiresAt">Until when that document lived.</param>
/// <param name="LifespanHours">Of documents at this customer.</param>
/// <param name="GrantedByLevel">The access level whose rule granted.</param>
/// <param name="UserLevels">Access levels of the user now.</param>
/// <param name="ReaderLevels">Access levels that open the reader now.</param>
/// <param name="ReaderWays">Ways the reader allows now.</param>
/// <param name="Words">Who and why, of an opening from the console.</param>
/// <param name="BundleSeq">Sequence of what the reader knew.</param>
public sealed record WhyFacts(
    MobileKeyState? KeyState, DateTimeOffset? KeyStateSince, string? KeyStateBy, string? KeyStateWhy, DateTimeOffset? ValidFrom,
    DateTimeOffset? ValidTo, DateTimeOffset? DocumentIssuedAt, DateTimeOffset? DocumentExpiresAt, int LifespanHours,
    string? GrantedByLevel, IReadOnlyList<string> UserLevels, IReadOnlyList<string> ReaderLevels, IReadOnlyList<string> ReaderWays,
    string? Words, long? BundleSeq);

/// <summary>Why a decision fell as it did.</summary>
/// <param name="Event">The event.</param>
/// <param name="Ladder">Each check, in order; empty for what was no decision.</param>
/// <param name="Helps">What would let the person in.</param>
/// <param name="Replay">Whether deciding again comes to the same verdict.</param>
/// <param name="Facts">What the sentence speaks of.</param>
public sealed record WhyAnswer(
    EventRow Event, IReadOnlyList<WhyStep> Ladder, IReadOnlyList<WhyHelp> Helps, Replay Replay, WhyFacts Facts);

public sealed class WhyEvent(Acts acts)
{
    public Task<Outcome<WhyAnswer>> Ask(Actor actor, Guid customerId, long eventId, CancellationToken cancel) =>
        acts.Ask<WhyAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            var named = await EventRow.Named(
                q.Db, q.Db.Events.AsNoTracking().Where(e => e.CustomerId == customerId && e.Arrival == eventId)).SingleOrDefaultAsync(q.Cancel);
            if (named is null)
                return Refusal.NotFound;
            var payload = EventPayload.TryRead(named.Stored.Payload, out var read) ? read : null;
            var reason = named.Stored.Reason is { } code && Reasons.IsKnown(code) ? (Reason?)code : null;
            return new WhyAnswer(
                EventRow.Of(named),
                named.Stored.Kind == (int)EventKind.Decision && reason is { } decided ? WhyTable.Ladder(decided) : [],
                reason is { } refused ? Helps(refused, payload) : [],
                await Again(q.Db, named.Stored, payload, q.Cancel),
                await Facts(q.Db, named.Stored, payload, q.Cancel));
        }, cancel);

    // What the console could not open, the console can't open once more.
    static IReadOnlyList<WhyHelp> Helps(Reason reason, EventPayload? payload) =>
        payload?.Way == Way.Console ? [.. WhyTable.Helps(reason).Where(h => h != WhyHelp.OpenOnce)] : WhyTable.Helps(reason);

    static async Task<WhyFacts> Facts(Db db, Event stored, EventPayload? payload, CancellationToken cancel)
    {
        var customerId = stored.CustomerId;
        var key = await db.MobileKeys.AsNoTracking().Include(k => k.User).SingleOrDefaultAsync(k => k.CustomerId == customerId && k.Id == stored.KeyId, cancel);
        var document = payload?.Document is { } bytes && AccessDocument.TryRead(bytes, out var read, out _) ? read : null;
        var reader = await db.Readers.AsNoTracking().SingleOrDefaultAsync(r => r.CustomerId == customerId && r.Id == stored.ReaderId, cancel);
        var lifespan = await db.Customers.Where(c => c.AccountId == customerId).Select(c => c.KeyLifespanHours).SingleAsync(cancel);
        var userLevels = await db.UserAccessLevels.Where(u => u.CustomerId == customerId && u.UserId == stored.UserId)
            .OrderBy(u => u.Level!.Name).Select(u => u.Level!.Name).ToListAsync(cancel);
        var readerLevels = await db.AccessLevels.Where(l => l.CustomerId == customerId
                && (l.AllReaders || db.AccessLevelReaders.Any(
                    h => h.CustomerId == customerId && h.LevelId == l.Id && h.ReaderId == stored.ReaderId)))
            .OrderBy(l => l.Name).Select(l => new { l.Number, l.Name }).ToListAsync(cancel);
        return new(
            key?.State, key?.StateSince, key is null ? null : await By(db, key, cancel), key?.Why, key?.ValidFrom, key?.ValidTo,
            document is null ? null : UnixTime.FromUnix(document.IssuedAt),
            document is null ? null : UnixTime.FromUnix(document.Expires), lifespan,
            payload?.Rule is { } rule ? readerLevels.FirstOrDefault(l => l.Number == rule.Set)?.Name : null,
            userLevels, readerLevels.ConvertAll(l => l.Name), reader is null ? [] : WayNames.Of(reader.Ways), payload?.Text,
            stored.BundleSeq);
    }

    // Who brought the key, or its user, into this state: the newest audit entry of such an act on the user.
    static async Task<string?> By(Db db, Users.MobileKey key, CancellationToken cancel)
    {
        string[] acts = key.State switch
        {
            MobileKeyState.Suspended => [nameof(Users.SuspendMobileKey)],
            MobileKeyState.Revoking or MobileKeyState.Revoked =>
                [nameof(Users.RevokeMobileKey), nameof(Users.RemoveDevice), nameof(Users.DeleteUser)],
            _ when key.User?.State == Users.UserState.Suspended => [nameof(Users.SuspendUser)],
            _ => [],
        };
        if (acts.Length == 0)
            return null;
        var payload = await db.AuditEntries.AsNoTracking()
            .Where(a => a.AccountId == key.CustomerId && a.SubjectId == key.UserId && acts.Contains(a.Act))
            .OrderByDescending(a => a.Seq).Select(a => a.Payload).FirstOrDefaultAsync(cancel);
        if (payload is null)
            return null;
        using var read = JsonDocument.Parse(payload);
        return read.RootElement.TryGetProperty("by", out var by) ? by.GetString() : null;
    }

    static async Task<Replay> Again(Db db, Event stored, EventPayload? payload, CancellationToken cancel)
    {
        if (stored.Annotation == EventAnnotation.ReplayDiffers)
            return Replay.Differs;
        if (payload is null)
            return Replay.NotPossible;
        var known = await db.ReaderStatements.AsNoTracking()
            .Where(s => s.CustomerId == stored.CustomerId && s.ReaderId == stored.ReaderId
                && s.AckedEpoch == payload.BundleEpoch && s.AckedSeq == payload.BundleSeq)
            .Select(s => s.AckedBundle).SingleOrDefaultAsync(cancel);
        return Bundle.TryRead(known, out var bundle) ? DecideAgain.By(bundle, payload) : Replay.NotPossible;
    }
}
