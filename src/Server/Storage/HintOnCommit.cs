using System.Data.Common;
using Latchkey.Server.Events;
using Latchkey.Server.Notices;
using Latchkey.Server.Sync;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Latchkey.Server.Storage;

/// <summary>
/// Raises the hint after the commit of a transaction that appended to a feed, stored events, or touched keys or mails: never inside it, so that no
/// listener looks too early and no business transaction pays for the telling.
/// </summary>
public sealed class HintOnCommit(Hints hints) : DbTransactionInterceptor
{
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Raise(eventData.Context);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Raise(eventData.Context);
        return Task.CompletedTask;
    }

    void Raise(DbContext? context)
    {
        if (context is null)
            return;
        foreach (var customerId in context.ChangeTracker.Entries<FeedChange>().Select(e => e.Entity.CustomerId).Distinct())
            hints.Raise(HintKind.Feed, customerId);
        foreach (var customerId in context.ChangeTracker.Entries<Event>().Select(e => e.Entity.CustomerId).Distinct())
            hints.Raise(HintKind.Events, customerId);
        foreach (var customerId in context.ChangeTracker.Entries<MobileKey>().Select(e => e.Entity.CustomerId).Distinct())
            hints.Raise(HintKind.Users, customerId);
        foreach (var customerId in context.ChangeTracker.Entries<Message>().Select(e => e.Entity.CustomerId).Distinct())
            hints.Raise(HintKind.Messages, customerId);
    }
}
