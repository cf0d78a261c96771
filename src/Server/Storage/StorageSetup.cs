using System.Data.Common;
using System.Runtime.CompilerServices;
using Latchkey.Server.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using SQLitePCL;

namespace Latchkey.Server.Storage;

static class StorageSetup
{
    /// <summary>Statements that a PostgreSQL connection keeps prepared.</summary>
    const int PreparedMax = 200;

    public static void AddStorage(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<HintOnCommit>();
        if (settings.Postgres is null)
            services.AddSingleton(_ => FolderLock.Take(settings.DataFolder));
        services.AddSingleton(s => settings.Postgres is { } postgres
            ? OpenPostgres(postgres, s.GetRequiredService<HintOnCommit>())
            : OpenSqlite(settings.DatabaseFile, s.GetRequiredService<HintOnCommit>()));
        services.AddSingleton<IDbContextFactory<Db>>(s => s.GetRequiredService<Store>());
        services.AddScoped(s => s.GetRequiredService<Store>().Open());
        services.AddSingleton<Forgetting>();
        services.AddHostedService(s => s.GetRequiredService<Forgetting>());
    }

    static Store OpenSqlite(string file, HintOnCommit hints)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            ForeignKeys = true,
            DefaultTimeout = 30,
        };
        var options = new DbContextOptionsBuilder<SqliteDb>()
            .UseSqlite(connection.ToString())
            .AddInterceptors(new DurableSqlite(), WordsHaveNoOrder.Here, hints)
            .Options;
        return new(new PooledDbContextFactory<SqliteDb>(options).CreateDbContext, isSqlite: true);
    }

    static Store OpenPostgres(string connection, HintOnCommit hints)
    {
        NpgsqlConnectionStringBuilder read;
        try
        {
            read = new(connection) { IncludeErrorDetail = false };
        }
        catch (ArgumentException fault)
        {
            // The parser's message may quote the text, and the text may hold a password.
            throw new SettingsFault("Latchkey:Database", $"is not a PostgreSQL connection string ({fault.GetType().Name})");
        }
        // The questions are few and the same: planned once for a connection, unless the connection string says otherwise.
        if (!read.ContainsKey("Max Auto Prepare"))
            read.MaxAutoPrepare = PreparedMax;
        var options = new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(read.ToString()).AddInterceptors(WordsHaveNoOrder.Here, hints).Options;
        return new(new PooledDbContextFactory<PostgresDb>(options).CreateDbContext, isSqlite: false);
    }

    /// <summary>Brings the store to this version's form before anything is served.</summary>
    public static async Task MigrateStore(this IServiceProvider services, CancellationToken cancel = default)
    {
        services.GetService<FolderLock>();
        await using var db = services.GetRequiredService<Store>().Open();
        await db.Database.MigrateAsync(cancel);
        // A database that was made just now has the mode of any file; nobody else came into its folder meanwhile.
        OwnerOnly.Keep(services.GetRequiredService<Settings>().DataFolder);
    }

    // A commit that was answered must survive a power cut, so every connection asks for the full flush.
    sealed class DurableSqlite : DbConnectionInterceptor
    {
        const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;";

        // The provider pools connections, and a pooled one keeps what it was told.
        readonly ConditionalWeakTable<sqlite3, object> told = [];

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Tell((SqliteConnection)connection);

        public override Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Tell((SqliteConnection)connection);
            return Task.CompletedTask;
        }

        void Tell(SqliteConnection connection)
        {
            // EF Core looks for the database through one that only reads; it cannot change the mode of one that was put back from a backup.
            if (connection.Handle is not { } handle || raw.sqlite3_db_readonly(handle, "main") != 0 || told.TryGetValue(handle, out _))
                return;
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
            told.AddOrUpdate(handle, handle);
        }
    }
}
