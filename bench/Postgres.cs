using System.Diagnostics;

namespace Latchkey.Bench;

/// <summary>A PostgreSQL of its own in a folder of its own, on a loopback port; its settings are the defaults.</summary>
sealed class Postgres : IAsyncDisposable
{
    const int Port = 5199;
    readonly string _folder;

    Postgres(string folder) => _folder = folder;

    public string Connection { get; } = $"Host=127.0.0.1;Port={Port};Database=postgres;Username=postgres;Maximum Pool Size=90";

    static string Binaries => Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin";

    public static async Task<Postgres> Start(string folder)
    {
        Directory.CreateDirectory(folder);
        // PostgreSQL refuses to run as root; the folders above must let its user through.
        if (Environment.UserName == "root")
        {
            await Run("chmod", "711", Path.GetDirectoryName(folder)!);
            await Run("chown", "postgres", folder);
        }
        await AsPostgres($"{Binaries}/initdb -D {folder}/data -U postgres -A trust --locale=C -E UTF8");
        await AsPostgres($"{Binaries}/pg_ctl -D {folder}/data -w -l {folder}/log -o '-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}' start");
        return new(folder);
    }

    public static Task Analyze() => AsPostgres($"{Binaries}/psql -h 127.0.0.1 -p {Port} -U postgres -c 'VACUUM ANALYZE'");

    static Task AsPostgres(string command) =>
        Environment.UserName == "root" ? Run("runuser", "-u", "postgres", "--", "sh", "-c", command) : Run("sh", "-c", command);

    static async Task Run(string program, params string[] arguments)
    {
        // Files, not pipes: the server would hold a pipe open.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    public async ValueTask DisposeAsync() => await AsPostgres($"{Binaries}/pg_ctl -D {_folder}/data -m fast -w stop");
}
