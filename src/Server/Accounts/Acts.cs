using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

/// <summary>
/// The gate that every act and every question of an administrator or integrator passes: session, workplace and role are
/// asked of the store inside it, the audit row is written in the act's transaction, and a request sent twice acts once.
/// </summary>
public sealed class Acts(Store store, SecretBox box, Metrics metrics, TimeProvider time)
{
    const string AnswerPurpose = "stored-answer";

    /// <summary>Answers a question about an account; changes nothing.</summary>
    public async Task<Outcome<T>> Ask<T>(
        Actor actor, Guid accountId, Role least, Func<Question, Task<Outcome<T>>> ask, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var db = store.Open();
        var now = time.GetUtcNow();
        if (await Check(db, actor, accountId, least, now, cancel) is { Refused: { } refused })
            return refused;
        return await ask(new(db, accountId, now, cancel));
    }

    /// <summary>
    /// The answer that <see cref="Do"/> gave this request before, or null when its id is new. For an act that asks for something its own success has made
    /// stale, such as the password it replaced.
    /// </summary>
    public async Task<Outcome<TAnswer>?> Earlier<TRequest, TAnswer>(
        string name, Actor actor, Guid accountId, Role least, Guid requestId, TRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var db = store.Open();
        if (await Check(db, actor, accountId, least, time.GetUtcNow(), cancel) is { Refused: { } refused })
            return refused;
        if (await db.StoredRequests.FindAsync([accountId, requestId], cancel) is not { } earlier)
            return (Outcome<TAnswer>?)null;
        return Answer<TAnswer>(earlier, Hash(name, actor, request));
    }

    /// <summary>Runs one act. Same request id and same request: the earlier answer. Same id, other request: refused.</summary>
    public async Task<Outcome<TAnswer>> Do<TRequest, TAnswer>(
        string name, Actor actor, Guid accountId, Role least, Guid requestId, TRequest request,
        Func<Act, Task<Outcome<TAnswer>>> act, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var done = await store.Write<Outcome<TAnswer>>(
            async db =>
            {
                // The lock first: what the checks read then stays true until the commit.
                var lockedHead = await db.AuditHeads.AnyAsync(h => h.AccountId == accountId, cancel)
                    ? await AuditChain.Lock(db, accountId, cancel)
                    : null;
                var now = time.GetUtcNow();
                var standing = await Check(db, actor, accountId, least, now, cancel);
                if (!standing.Done)
                    return standing.Refused;
                if (requestId == Guid.Empty)
                    return new Refused(Refusal.IdMissing, "id");
                var bodyHash = Hash(name, actor, request);
                if (await db.StoredRequests.FindAsync([accountId, requestId], cancel) is { } earlier)
                    return Answer<TAnswer>(earlier, bodyHash);

                var head = lockedHead ?? throw new InvalidOperationException("The account has no audit chain.");
                var context = new Act(
                    db, accountId, now, actor, standing.Value with { From = await actor.AddressIn(db, cancel) }, name, head, cancel);
                var outcome = await act(context);
                if (!outcome.Done)
                    return outcome;
                if (!context.Audited)
                    throw new InvalidOperationException($"{name} left no audit entry: no audit, no act.");
                db.StoredRequests.Add(new()
                {
                    CustomerId = accountId,
                    Id = requestId,
                    Act = name,
                    BodyHash = bodyHash,
                    AnswerSealed = box.Seal(
                        AnswerPurpose, requestId, JsonSerializer.SerializeToUtf8Bytes(outcome.Value, JsonSerializerOptions.Web)),
                    At = now,
                });
                return outcome;
            },
            outcome => outcome.Done,
            cancel);
        metrics.Acts.Add(1, new("act", name), new("outcome", done.Done ? "done" : Problems.Name(done.Refused.Refusal)));
        return done;
    }

    static byte[] Hash<TRequest>(string name, Actor actor, TRequest request) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { name, actor.Id, request }, JsonSerializerOptions.Web));

    Outcome<TAnswer> Answer<TAnswer>(StoredRequest earlier, byte[] bodyHash) =>
        CryptographicOperations.FixedTimeEquals(earlier.BodyHash, bodyHash) ? Replay<TAnswer>(earlier) : new Refused(Refusal.IdReused, "id");

    Outcome<TAnswer> Replay<TAnswer>(StoredRequest earlier) =>
        JsonSerializer.Deserialize<TAnswer>(
            Encoding.UTF8.GetString(box.Open(AnswerPurpose, earlier.Id, earlier.AnswerSealed)), JsonSerializerOptions.Web)!;

    // A foreign account and one that is not there look alike.
    static async Task<Outcome<Standing>> Check(
        Db db, Actor actor, Guid accountId, Role least, DateTimeOffset now, CancellationToken cancel)
    {
        var standing = await actor.Resolve(db, accountId, now, cancel);
        if (standing is null)
            return Refusal.SignedOut;
        if (standing.Role is not { } role)
            return Refusal.NotFound;
        return role < least ? Refusal.RoleTooLow : standing;
    }
}

/// <summary>What a question may use.</summary>
public sealed record Question(Db Db, Guid AccountId, DateTimeOffset Now, CancellationToken Cancel);

/// <summary>What an act may use. Everything it does stands or falls with its transaction.</summary>
public sealed class Act
{
    readonly AuditHead head;
    readonly Actor actor;
    readonly Standing standing;
    readonly string name;

    internal Act(
        Db db, Guid customerId, DateTimeOffset now, Actor actor, Standing standing, string name, AuditHead head,
        CancellationToken cancel)
    {
        (Db, CustomerId, Now, Cancel) = (db, customerId, now, cancel);
        (this.actor, this.standing, this.name, this.head) = (actor, standing, name, head);
    }

    public Db Db { get; }
    public Guid CustomerId { get; }
    public DateTimeOffset Now { get; }
    public CancellationToken Cancel { get; }
    public string ActorName => standing.Name;
    public Guid ActorId => actor.Id;
    internal Actor Actor => actor;

    /// <summary>The account above, in whose name the actor has come; null for one of this account itself.</summary>
    public Above? Through => standing.Through;
    internal bool Audited { get; private set; }

    /// <summary>Tells the readers: appends to the site feed and returns the sequence they must acknowledge.</summary>
    public Task<long> Tell(ChangeKind kind, Guid subjectId) => Feed.Append(Db, CustomerId, kind, subjectId, Now, Cancel);

    /// <summary>Tells the readers of an act on a mobile key.</summary>
    public async Task<ToldReaders> TellOfKey(Guid mobileKeyId) =>
        new(await Tell(ChangeKind.Key, mobileKeyId), await Customer.DocumentsEndBy(Db, CustomerId, Now, Cancel));

    /// <summary>
    /// Refuses an id that an earlier row of this account bears. The client makes the ids of what it creates, and may send one again when the answer it
    /// got is long forgotten. Under the account's lock, so nobody takes the id in between.
    /// </summary>
    /// <typeparam name="T">A table keyed by customer and id.</typeparam>
    public async Task<Refused?> Taken<T>(Guid id)
        where T : class => await Db.Set<T>().FindAsync([CustomerId, id], Cancel) is null ? null : new(Refusal.IdReused, "id");

    /// <summary>Writes what was done into the account's audit chain. Details are for people and never hold a secret.</summary>
    public void Audit(Guid subjectId, object? details = null)
    {
        AuditChain.Append(Db, head, actor.Id, standing.Name, name, subjectId, details, Now, Through?.Name, standing.From);
        Audited = true;
    }

    /// <summary>
    /// Writes an act of this account on one below it into that one's chain, too, so that its own people find it. Locks the chain: an account's before those of
    /// the accounts below it, so that no two acts wait for one another.
    /// </summary>
    /// <param name="below">A child of this account; else nothing is written and the act is to be refused.</param>
    /// <returns>Whether there is such a child.</returns>
    public async Task<bool> AuditBelow(Guid below, Guid subjectId, object? details = null)
    {
        var self = await Db.Accounts.Where(a => a.Id == CustomerId).Select(a => a.Name).SingleAsync(Cancel);
        if (!await Db.Accounts.AnyAsync(a => a.Id == below && a.ParentId == CustomerId, Cancel))
            return false;
        var its = await AuditChain.Lock(Db, below, Cancel);
        AuditChain.Append(Db, its, actor.Id, standing.Name, name, subjectId, details, Now, Through?.Name ?? self, standing.From);
        return true;
    }
}

/// <summary>What readers are told of a key, and until when the telling matters.</summary>
/// <param name="Seq">Feed sequence; a reader that acknowledged it knows.</param>
/// <param name="DocumentsEndBy">
/// By then every document that can have been given out before the telling has died: also one that the store, put back from a
/// backup, has forgotten. So it goes by the lifespan alone, and not by an end of the key that may have been moved meanwhile.
/// </param>
public readonly record struct ToldReaders(long Seq, DateTimeOffset DocumentsEndBy);
