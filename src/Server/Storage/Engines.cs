using Latchkey.Server.Accounts;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Latchkey.Server.Storage;

/// <summary>The SQLite form of the store: one class per engine, because each has its own migrations.</summary>
public sealed class SqliteDb(DbContextOptions<SqliteDb> options) : Db(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        // SQLite has no type for a moment; as milliseconds it can be compared and sorted.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Milliseconds>();
    }

    sealed class Milliseconds() : ValueConverter<DateTimeOffset, long>(
        moment => moment.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}

/// <summary>The PostgreSQL form of the store.</summary>
public sealed class PostgresDb(DbContextOptions<PostgresDb> options) : Db(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        // Whole milliseconds in UTC, so that both engines give back the same moment.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<WholeMilliseconds>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        // Folded text sorts by its bytes, as on SQLite, so that pages continue where the last one ended.
        modelBuilder.Entity<User>().Property(u => u.SortName).UseCollation("C");
        modelBuilder.Entity<Account>().Property(a => a.SortName).UseCollation("C");
        modelBuilder.Entity<SearchWord>().Property(w => w.Word).UseCollation("C");
    }

    sealed class WholeMilliseconds() : ValueConverter<DateTimeOffset, DateTimeOffset>(
        moment => DateTimeOffset.FromUnixTimeMilliseconds(moment.ToUnixTimeMilliseconds()), stored => stored);
}

sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteDb>
{
    public SqliteDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteDb>().UseSqlite("Data Source=design.db").Options);
}

sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresDb>
{
    public PostgresDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql("Host=design").Options);
}
