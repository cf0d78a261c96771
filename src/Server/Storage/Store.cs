using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Storage;

/// <summary>Opens the store. A <see cref="Db"/> is short-lived: one for each question and each act, also inside a console circuit.</summary>
public sealed class Store(Func<Db> open, bool isSqlite) : IDbContextFactory<Db>, IDisposable
{
    // SQLite has one writer. Waiting here, in order and without spinning, beats waiting inside the engine.
    readonly SemaphoreSlim? writer = isSqlite ? new(1) : null;

    public bool IsSqlite => isSqlite;

    public Db Open() => open();

    Db IDbContextFactory<Db>.CreateDbContext() => open();

    /// <summary>
    /// Runs one act in one transaction that takes the write lock first, saves and commits. When <paramref name="keep"/>
    /// says no, everything is rolled back and the answer still returned: a refusal leaves nothing half done.
    /// </summary>
    public async Task<T> Write<T>(Func<Db, Task<T>> act, Func<T, bool> keep, CancellationToken cancel)
    {
        if (writer is not null)
            await writer.WaitAsync(cancel);
        try
        {
            await using var db = open();
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var answer = await act(db);
            if (keep(answer))
            {
                await db.SaveChangesAsync(cancel);
                await transaction.CommitAsync(CancellationToken.None);
            }
            return answer;
        }
        finally
        {
            writer?.Release();
        }
    }

    public Task<T> Write<T>(Func<Db, Task<T>> act, CancellationToken cancel) => Write(act, _ => true, cancel);

    public Task Write(Func<Db, Task> act, CancellationToken cancel) => Write(
        async db =>
        {
            await act(db);
            return true;
        },
        cancel);

    public void Dispose() => writer?.Dispose();
}
