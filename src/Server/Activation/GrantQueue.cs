using System.Threading.Channels;
using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>
/// Group commit for phones: one writer takes what waits and stores it in one transaction, so that many phones share one
/// flush of the disk. Nobody is answered before the commit, and one bad apple doesn't spoil the others: when a group
/// fails, each of it is tried alone.
/// </summary>
sealed class GrantQueue(Store store, Grants grants, TimeProvider time, ILogger<GrantQueue> log) : BackgroundService
{
    public const int GroupMax = 128;

    /// <summary>Phones that may wait; beyond it they are told to come back.</summary>
    public const int WaitingMax = 4096;

    /// <summary>Of these from one network: an office whose phones all renew in one second, but not all that wait.</summary>
    public const int WaitingPerNetworkMax = 512;

    const int RetryAfterSeconds = 5;

    readonly Places places = new(WaitingMax, WaitingPerNetworkMax);

    readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Only for requests that proved something: a known code, or the key of a phone.</summary>
    public async Task<Outcome<Issued>> Enqueue(GrantRequest request, string network, CancellationToken cancel)
    {
        if (places.TryTake(network) is not { } place)
            return new Refused(Refusal.Throttled, RetryAfterSeconds: RetryAfterSeconds);
        var waiting = new Waiting(request, place);
        if (!queue.Writer.TryWrite(waiting))
        {
            place.Dispose();
            return new Refused(Refusal.Throttled, RetryAfterSeconds: RetryAfterSeconds);
        }
        return await waiting.Done.WaitAsync(cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(stoppingToken))
            {
                var group = new List<Waiting>();
                while (group.Count < GroupMax && queue.Reader.TryRead(out var waiting))
                    group.Add(waiting);
                await Run(group);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var waiting))
                waiting.Cancel();
        }
    }

    async Task Run(List<Waiting> group)
    {
        try
        {
            await Store(group);
        }
        catch (Exception fault) when (group.Count > 1)
        {
            log.LogWarning(fault, "A group of {Count} did not commit; each is tried alone", group.Count);
            foreach (var one in group)
                await Run([one]);
        }
        catch (Exception fault)
        {
            group[0].Fail(fault);
        }
    }

    async Task Store(List<Waiting> group)
    {
        // A refusal changes nothing, so a group of them costs no flush.
        var outcomes = await store.Write(db => StoreGroup(db, group), all => all.Exists(one => one.Done), CancellationToken.None);
        for (var i = 0; i < group.Count; i++)
            group[i].Answer(outcomes[i]);
    }

    async Task<List<Outcome<Issued>>> StoreGroup(Db db, List<Waiting> group)
    {
        // Which customers: then their chains are locked, in one order, and everything else is read under the locks.
        var customerIds = new SortedSet<Guid>();
        foreach (var part in group.Select(w => w.Request).GroupBy(r => r.GetType()))
            customerIds.UnionWith(await part.First().CustomersOf(db, part));
        var context = new GrantContext(db, time.GetUtcNow());
        foreach (var customerId in customerIds)
        {
            var lives = (await Actor.AccountPath(db, customerId, CancellationToken.None)).Count > 0;
            var customer = await db.Customers.AsNoTracking().Include(c => c.Account)
                .SingleOrDefaultAsync(c => c.AccountId == customerId);
            if (customer?.Account is not { } account)
                continue;
            context.Customers[customerId] = new(
                customer, account.Name, lives, await AuditChain.Lock(db, customerId, CancellationToken.None),
                await grants.KeysOf(db, customerId, context.Now, CancellationToken.None));
        }
        foreach (var part in group.Select(w => w.Request).GroupBy(r => r.GetType()))
            await part.First().Load(context, part);
        var outcomes = group.ConvertAll(w => w.Request.Decide(context));
        var rights = new Dictionary<(Guid, Guid), Rights>();
        foreach (var site in outcomes.Where(o => o.Done).Select(o => o.Value!).GroupBy(i => i.CustomerId, i => i.User.Id))
        {
            foreach (var (userId, opens) in await AccessRules.Of(db, site.Key, [.. site], CancellationToken.None))
                rights[(site.Key, userId)] = opens;
        }
        return outcomes.ConvertAll<Outcome<Issued>>(
            o => o is { Done: true, Value: { } issued } ? issued with { Rights = rights[(issued.CustomerId, issued.User.Id)] } : o);
    }

    // Its place is free when it is answered, not when its phone hangs up: what was asked for still stands in the queue.
    sealed class Waiting(GrantRequest request, IDisposable place)
    {
        readonly TaskCompletionSource<Outcome<Issued>> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GrantRequest Request => request;

        public Task<Outcome<Issued>> Done => done.Task;

        public void Answer(Outcome<Issued> outcome)
        {
            place.Dispose();
            done.TrySetResult(outcome);
        }

        public void Fail(Exception fault)
        {
            place.Dispose();
            done.TrySetException(fault);
        }

        public void Cancel()
        {
            place.Dispose();
            done.TrySetCanceled(CancellationToken.None);
        }
    }
}

/// <summary>What a phone asks for. Loading is done for a whole group, deciding one by one, in the order of arrival.</summary>
abstract class GrantRequest
{
    public abstract Task<List<Guid>> CustomersOf(Db db, IEnumerable<GrantRequest> same);

    public abstract Task Load(GrantContext context, IEnumerable<GrantRequest> same);

    public abstract Outcome<Issued> Decide(GrantContext context);
}

/// <summary>What the requests of one group share.</summary>
sealed class GrantContext(Db db, DateTimeOffset now)
{
    public Db Db => db;
    public DateTimeOffset Now => now;
    public Dictionary<Guid, GrantCustomer> Customers { get; } = [];
}

sealed record GrantCustomer(Customer Customer, string Name, bool Lives, AuditHead Head, GrantKeys Keys);
