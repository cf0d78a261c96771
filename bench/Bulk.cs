using System.Data.Common;
using Latchkey.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Latchkey.Bench;

/// <summary>Writes rows of the model by the engine's own fast way: hundreds of thousands a second, where acts make hundreds.</summary>
static class Bulk
{
    public static async Task Write<T>(Db db, IEnumerable<T> rows)
        where T : class
    {
        var entity = db.Model.FindEntityType(typeof(T))!;
        var columns = entity.GetFlattenedProperties().Select(p => new Column(p, p.GetColumnName(StoreObjectIdentifier.Table(entity.GetTableName()!))!)).ToArray();
        var table = $"\"{entity.GetTableName()}\" ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))})";
        await db.Database.OpenConnectionAsync();
        if (db.Database.GetDbConnection() is NpgsqlConnection postgres)
        {
            await using var copy = await postgres.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)");
            foreach (var row in rows)
            {
                await copy.StartRowAsync();
                foreach (var column in columns)
                {
                    if (column.Value(row) is { } value)
                        await copy.WriteAsync(value, column.Type);
                    else
                        await copy.WriteNullAsync();
                }
            }
            await copy.CompleteAsync();
            return;
        }
        var sqlite = (SqliteConnection)db.Database.GetDbConnection();
        using var transaction = sqlite.BeginTransaction();
        using var command = sqlite.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO {table} VALUES ({string.Join(", ", columns.Select((_, i) => $"$p{i}"))})";
        var parameters = columns.Select((_, i) => command.Parameters.Add(new SqliteParameter { ParameterName = $"$p{i}" })).ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Length; i++)
                parameters[i].Value = columns[i].Value(row) ?? DBNull.Value;
            command.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    sealed class Column(IProperty property, string name)
    {
        readonly Func<object?, object?>? _convert = property.GetTypeMapping().Converter?.ConvertToProvider;
        readonly Func<object, object?> _read = Reader(property);

        public string Name => name;
        public string Type { get; } = property.GetRelationalTypeMapping().StoreTypeNameBase;

        public object? Value(object row) => _read(row) is not { } value ? null : _convert is null ? value : _convert(value);

        // The way from the row to the property, through what it is nested in.
        static Func<object, object?> Reader(IProperty property)
        {
            var way = new Stack<System.Reflection.PropertyInfo>();
            way.Push(property.PropertyInfo!);
            for (var at = property.DeclaringType; at is IComplexType complex; at = complex.ComplexProperty.DeclaringType)
                way.Push(complex.ComplexProperty.PropertyInfo!);
            var steps = way.ToArray();
            return row =>
            {
                object? at = row;
                foreach (var step in steps)
                    at = at is null ? null : step.GetValue(at);
                return at;
            };
        }
    }

    public static async Task Run(Db db, string sql)
    {
        await db.Database.OpenConnectionAsync();
        await using DbCommand command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }
}
