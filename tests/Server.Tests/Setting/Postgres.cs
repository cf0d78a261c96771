using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Latchkey.Server.Tests.Setting;

/// <summary>A PostgreSQL of our own in a temporary folder, started once for all tests and thrown away with them.</summary>
sealed class Postgres : IAsyncDisposable
{
    public const string Off = "LATCHKEY_NO_POSTGRES";
    const string Installed = "/usr/lib/postgresql";

    readonly string folder = Directory.CreateTempSubdirectory("latchkey-pg-").FullName;
    readonly int port = FreePort();
    int databases;

    public static bool IsOff => Environment.GetEnvironmentVariable(Off) is { Length: > 0 };

    // The newest that is installed. A machine without is told so; silence would pass half the suite unseen.
    static string Programs { get; } =
        (Directory.Exists(Installed) ? Directory.GetDirectories(Installed) : [])
        .OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0)
        .Select(d => Path.Combine(d, "bin")).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
        ?? throw new InvalidOperationException($"The tests need PostgreSQL's programs below {Installed}. To go without, set {Off}=1.");

    public static async Task<Postgres> Start()
    {
        var postgres = new Postgres();
        if (Environment.IsPrivilegedProcess)
            await Run("chown", "postgres", postgres.folder);
        await postgres.RunAsOwner("initdb", "-D", postgres.Data, "-U", "latchkey", "-A", "trust", "-E", "UTF8", "--no-sync");
        // Durability is PostgreSQL's own business; here only its behaviour is asked for.
        var options = $"-c listen_addresses=127.0.0.1 -p {postgres.port} -c unix_socket_directories={postgres.folder} -c fsync=off -c max_connections=600";
        await postgres.RunAsOwner("pg_ctl", "-D", postgres.Data, "-l", Path.Combine(postgres.folder, "log"), "-o", options, "-w", "start");
        return postgres;
    }

    string Data => Path.Combine(folder, "data");

    public async Task<string> NewDatabase()
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        await using var connection = new NpgsqlConnection(Connection("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return Connection(name);
    }

    string Connection(string database) => $"Host=127.0.0.1;Port={port};Username=latchkey;Database={database};Maximum Pool Size=20;Connection Idle Lifetime=10;Connection Pruning Interval=5";

    Task RunAsOwner(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs, program);
        return Environment.IsPrivilegedProcess
            ? Run("runuser", ["-u", "postgres", "--", path, .. arguments])
            : Run(path, arguments);
    }

    static async Task Run(string program, params string[] arguments)
    {
        // The server that pg_ctl starts keeps its output open, so nothing may wait for the end of a pipe.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsOwner("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        Directory.Delete(folder, recursive: true);
    }
}
