using System.Collections.Concurrent;
using System.Diagnostics;

namespace Latchkey.Server.Demo;

/// <summary>One virtual door: a reader process of its own with its own folder.</summary>
sealed class DemoDoor(string name, int port, string folder, string program) : IAsyncDisposable
{
    /// <summary>How long a reader may take to end by itself before it is ended.</summary>
    static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(3);

    Process? _process;

    public string Name => name;
    public Uri Address { get; } = new($"http://localhost:{port}");
    public bool IsPaired => File.Exists(PairedMark);

    string PairedMark => Path.Combine(folder, "paired");

    /// <summary>Runs the pairing to its end; <paramref name="said"/> sees each line that the reader prints.</summary>
    public async Task Pair(string server, string code, Action<string> said, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        // The secrets go through the environment: arguments can be read by everybody on the machine.
        var lines = new ConcurrentQueue<string>();
        using var pairing = Start(
            ["pair", "--server", server, "--system-id", DemoSeed.SystemId, "--name", name, "--data", folder],
            line =>
            {
                lines.Enqueue(line);
                said(line);
            },
            new() { ["LATCHKEY_SYSTEM_KEY"] = DemoSeed.SystemKey, ["LATCHKEY_CODE"] = code });
        await pairing.WaitForExitAsync(cancel);
        if (pairing.ExitCode != 0)
            throw new InvalidOperationException($"{name} could not be paired; {string.Join(' ', lines)}");
        await File.WriteAllTextAsync(PairedMark, "", cancel);
    }

    public async Task Open(CancellationToken cancel)
    {
        LoopbackPort.Need(port);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Start(["run", "--data", folder, "--listen", $"127.0.0.1:{port}", "--radio", "--until-input-ends"], line =>
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
                ready.TrySetResult();
        });
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"{name} ended before it was ready."));
        await ready.Task.WaitAsync(cancel);
    }

    Process Start(IEnumerable<string> arguments, Action<string> said, Dictionary<string, string>? environment = null)
    {
        var process = new Process
        {
            // Its input is held open by this process alone: a server that is killed takes its doors along, with nobody left to end them.
            StartInfo = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        foreach (var (variable, value) in environment ?? [])
            process.StartInfo.Environment[variable] = value;
        void Say(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is { } line)
                said(line);
        }
        process.OutputDataReceived += Say;
        process.ErrorDataReceived += Say;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(FarewellPatience);
            }
            catch (TimeoutException)
            {
                _process.Kill();
            }
        }
        _process.Dispose();
    }
}
