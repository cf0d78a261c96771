using System.Data.Common;
using Latchkey.Server.Events;
using Latchkey.Server.Notices;
using Latchkey.Server.Sync;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Latchkey.Server.Storage;

/// <summary>
/// Raises the hint after the commit of a transaction that appended to a feed, stored events, or touched users, devices, keys or mails: never inside it, so that no
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
        var touched = context.ChangeTracker.Entries().Select(e => HintOf(e.Entity)).OfType<(HintKind Kind, Guid CustomerId)>().Distinct();
        foreach (var (kind, customerId) in touched.ToList())
            hints.Raise(kind, customerId);
    }

    static (HintKind Kind, Guid CustomerId)? HintOf(object entity) => entity switch
    {
        FeedChange change => (HintKind.Feed, change.CustomerId),
        Event happened => (HintKind.Events, happened.CustomerId),
        User user => (HintKind.Users, user.CustomerId),
        Device device => (HintKind.Users, device.CustomerId),
        MobileKey key => (HintKind.Users, key.CustomerId),
        Message message => (HintKind.Messages, message.CustomerId),
        _ => null,
    };
}
