using System.Collections.Concurrent;
using Latchkey.Protocol.Link;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Sync;

/// <summary>The feeds of all sites that have readers linked here, and the clockwork behind them.</summary>
public sealed class SiteFeeds(SiteFeedTools tools) : BackgroundService
{
    /// <summary>How often the feeds are looked at without a hint: what a lost hint costs.</summary>
    public static readonly TimeSpan LooksEach = TimeSpan.FromSeconds(5);

    /// <summary>How often revocations are settled whose documents have died by themselves.</summary>
    public static readonly TimeSpan SettlesEach = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<Guid, SiteFeed> feeds = new();
    readonly CancellationTokenSource stop = new();

    /// <summary>The newest sequence of the site, as far as this process has seen.</summary>
    public (long Epoch, long Seq) Newest(Guid customerId) => Of(customerId).Newest;

    public void Report(Link link, LinkFrame said)
    {
        ArgumentNullException.ThrowIfNull(link);
        Of(link.CustomerId).Report(link, said);
    }

    SiteFeed Of(Guid customerId)
    {
        if (feeds.TryGetValue(customerId, out var known))
            return known;
        var feed = new SiteFeed(customerId, tools);
        if (!feeds.TryAdd(customerId, feed))
            return feeds[customerId];
        _ = Task.Run(() => Run(feed, customerId));
        return feed;
    }

    async Task Run(SiteFeed feed, Guid customerId)
    {
        try
        {
            await feed.Run(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception fault)
        {
            // A defect. Readers come back, and a new feed with them; what they hold is in the store.
            tools.Log.LogError(fault, "The feed of site {Site} stopped; its links are ended.", customerId);
            feeds.TryRemove(customerId, out _);
            foreach (var link in tools.Links.Of(customerId))
                link.End();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = tools.Hints.Listen((kind, customerId) =>
        {
            if (kind == HintKind.Feed && feeds.TryGetValue(customerId, out var feed))
                feed.Wake();
        });
        var settleAt = tools.Time.GetUtcNow();
        using var timer = new PeriodicTimer(LooksEach, tools.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    foreach (var customerId in tools.Links.Customers)
                        Of(customerId).Wake();
                    if (tools.Time.GetUtcNow() >= settleAt)
                    {
                        await Settle(stoppingToken);
                        settleAt = tools.Time.GetUtcNow() + SettlesEach;
                    }
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    tools.Log.LogWarning(fault, "Revocations could not be settled; the next round tries again. Whatever the fault, it must not end the server.");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
        finally
        {
            try
            {
                await stop.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // A start that was broken off is taken apart before this comes to its end.
            }
        }
    }

    async Task Settle(CancellationToken cancel)
    {
        var now = tools.Time.GetUtcNow();
        await using var db = tools.Store.Open();
        var customers = await db.MobileKeys.Where(k => k.State == KeyState.Revoking && k.NewestDocumentEndsAt <= now)
            .Select(k => k.CustomerId).Distinct().ToListAsync(cancel);
        foreach (var customerId in customers)
        {
            await tools.Store.Write(write => ReachQuery.Settle(write, customerId, now, cancel), cancel);
            tools.Hints.Raise(HintKind.Readers, customerId);
        }
    }

    public override void Dispose()
    {
        stop.Dispose();
        base.Dispose();
    }
}
