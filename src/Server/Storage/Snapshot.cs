using System.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Latchkey.Server.Storage;

/// <summary>A question of several parts that sees the store as it is at one moment, and keeps nobody from writing.</summary>
sealed class Snapshot : IAsyncDisposable
{
    readonly IDbContextTransaction seen;
    readonly SqliteTransaction? own;

    Snapshot(IDbContextTransaction seen, SqliteTransaction? own) => (this.seen, this.own) = (seen, own);

    public static async Task<Snapshot> Begin(Db db, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        if (db.Database.GetDbConnection() is not SqliteConnection connection)
            return new(await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel), null);
        // Deferred: the one that EF Core begins would take the write lock.
        var own = connection.BeginTransaction(deferred: true);
        return new((await db.Database.UseTransactionAsync(own, cancel))!, own);
    }

    public async ValueTask DisposeAsync()
    {
        await seen.DisposeAsync();
        if (own is not null)
            await own.DisposeAsync();
    }
}
