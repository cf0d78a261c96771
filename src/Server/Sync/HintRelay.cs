using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Npgsql;

namespace Latchkey.Server.Sync;

/// <summary>
/// Carries hints between replicas that share one PostgreSQL. NOTIFY takes a lock that all commits of the database share, so
/// it never stands in a business transaction: hints are gathered and told at most once each <see cref="TellsEach"/>.
/// </summary>
public sealed class HintRelay(Settings settings, Hints hints, ILogger<HintRelay> log) : BackgroundService
{
    public static readonly TimeSpan TellsEach = TimeSpan.FromMilliseconds(50);

    static readonly TimeSpan RestAfterFault = TimeSpan.FromSeconds(1);

    const string ChannelName = "latchkey_hints";

    /// <summary>Each replica stands with these words in the list of the database's connections.</summary>
    public const string ListenSql = $"LISTEN {ChannelName}";

    /// <summary>PostgreSQL takes less than 8000 bytes.</summary>
    const int PayloadCharsMax = 7_900;

    readonly string self = Guid.NewGuid().ToString("N");
    readonly ConcurrentDictionary<(HintKind Kind, Guid CustomerId), byte> pending = new();
    readonly Channel<bool> wanted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Postgres is not { } postgres)
            return;
        var address = new NpgsqlConnectionStringBuilder(postgres) { KeepAlive = 30, IncludeErrorDetail = false }.ToString();
        hints.Relayed = (kind, customerId) =>
        {
            pending[(kind, customerId)] = 0;
            wanted.Writer.TryWrite(true);
        };
        try
        {
            await Task.WhenAll(
                Again(() => Tell(address, stoppingToken), stoppingToken), Again(() => Listen(address, stoppingToken), stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
        finally
        {
            hints.Relayed = null;
        }
    }

    async Task Again(Func<Task> work, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await work();
            }
            catch (Exception fault) when (fault is NpgsqlException or System.Net.Sockets.SocketException or IOException)
            {
                // Hints may get lost: whoever needs them also looks by itself.
                log.LogWarning("Hints between replicas are interrupted: {Fault}.", fault.GetType().Name);
                await Task.Delay(RestAfterFault, cancel);
            }
        }
    }

    async Task Tell(string address, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(cancel);
        while (await wanted.Reader.WaitToReadAsync(cancel))
        {
            wanted.Reader.TryRead(out _);
            foreach (var payload in Payloads())
            {
                await using var command = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection);
                command.Parameters.Add(new() { Value = ChannelName });
                command.Parameters.Add(new() { Value = payload });
                await command.ExecuteNonQueryAsync(cancel);
            }
            // A pause of the wire, not of the business: real time, also where tests stop the clock.
            await Task.Delay(TellsEach, cancel);
        }
    }

    IEnumerable<string> Payloads()
    {
        var payload = new StringBuilder(self);
        foreach (var hint in pending.Keys)
        {
            pending.TryRemove(hint, out _);
            payload.Append(CultureInfo.InvariantCulture, $" {(int)hint.Kind}{hint.CustomerId:N}");
            if (payload.Length < PayloadCharsMax - 40)
                continue;
            yield return payload.ToString();
            payload.Clear().Append(self);
        }
        if (payload.Length > self.Length)
            yield return payload.ToString();
    }

    async Task Listen(string address, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(cancel);
        connection.Notification += (_, told) => Hear(told.Payload);
        await using (var command = new NpgsqlCommand(ListenSql, connection))
            await command.ExecuteNonQueryAsync(cancel);
        while (true)
            await connection.WaitAsync(cancel);
    }

    void Hear(string payload)
    {
        var words = payload.Split(' ');
        if (words[0] == self)
            return;
        foreach (var word in words.Skip(1))
            if (word.Length == 33 && char.IsAsciiDigit(word[0]) && Guid.TryParseExact(word[1..], "N", out var customerId)
                && Enum.IsDefined((HintKind)(word[0] - '0')))
                hints.Hear((HintKind)(word[0] - '0'), customerId);
    }
}
