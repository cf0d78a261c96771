using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Latchkey.Bench;

/// <summary>The demo as a newcomer starts it, in a folder of its own: server and two readers, each a process.</summary>
sealed class Demo : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);
    readonly Process _process;
    readonly string _output;

    Demo(Process process, string folder, string output, TimeSpan start) => (_process, Folder, _output, Start) = (process, folder, output, start);

    public static string Root { get; } = FindRoot();
    public static string Reader => Path.Combine(Root, "artifacts", "reader", "latchkey-reader");

    public string Folder { get; }
    public TimeSpan Start { get; }
    public string Origin => Said(@"Console\s+(\S+)");
    public Uri MainEntrance => new(Said(@"Main entrance\s+(\S+)"));

    public static async Task<Demo> Open(int port, string folder, string? postgres = null)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(Root, "artifacts", "bin", "Server", "release", "Latchkey.Server.dll"), "demo", "--port", $"{port}", "--data", folder, "--reader", Reader])
        {
            RedirectStandardOutput = true,
        };
        if (postgres is not null)
            start.Environment["Latchkey__Database"] = postgres;
        var begun = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        var output = "";
        using var patience = new CancellationTokenSource(StartPatience);
        while (!output.Contains("Ready.", StringComparison.Ordinal))
        {
            output += await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException($"The demo ended: {output}");
            output += '\n';
        }
        // The rest is of no interest, but must be read.
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return new(process, folder, output, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>A client of the REST API with the demo's token.</summary>
    public HttpClient Api()
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new(Origin) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(Folder, "api-token")));
        return client;
    }

    string Said(string pattern) => Regex.Match(_output, pattern).Groups[1].Value;

    public async ValueTask DisposeAsync()
    {
        using (var interrupt = Process.Start("kill", ["-INT", $"{_process.Id}"]))
            await interrupt.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Latchkey.slnx")))
                return at.FullName;
        }
        throw new InvalidOperationException("No Latchkey.slnx above the benchmark.");
    }
}
