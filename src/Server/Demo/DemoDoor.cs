using Latchkey.Server.Customers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Demo;

/// <summary>One virtual door: a reader process of its own with its own folder.</summary>
sealed class DemoDoor(string name, int port, string folder, string program) : IAsyncDisposable
{
    /// <summary>How long a reader may take to end by itself before it is ended.</summary>
    static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(3);

    /// <summary>How <c>latchkey-reader status</c> ends where no reader is paired.</summary>
    const int NotPaired = 1;

    Process? _process;

    string PidFile => Path.Combine(folder, "pid");

    public string Name => name;
    public Uri Address { get; } = new($"http://localhost:{port}");

    /// <summary>As its own store says: whatever cut off an earlier start, that is where a reader is or is not.</summary>
    public async Task<bool> IsPaired(CancellationToken cancel)
    {
        var (code, said) = await Run(["status", "--data", folder], cancel);
        return code switch
        {
            0 => true,
            NotPaired => false,
            _ => throw new SettingsFault("--data", $"the reader of {name} says: {said}"),
        };
    }

    /// <summary>Runs the pairing to its end; <paramref name="heard"/> sees each line that the reader prints.</summary>
    public async Task Pair(string server, string code, Action<string> heard, CancellationToken cancel)
    {
        // The secrets go through the environment: arguments can be read by everybody on the machine.
        var (ended, said) = await Run(
            ["pair", "--server", server, "--system-id", DemoSystem.SystemId, "--name", name, "--data", folder, "--until-input-ends"],
            cancel, heard, new() { ["LATCHKEY_SYSTEM_KEY"] = DemoSystem.SystemKey, ["LATCHKEY_CODE"] = code });
        if (ended != 0)
            throw new SettingsFault("--data", $"{name} could not be paired: {said}");
    }

    public async Task Open(CancellationToken cancel)
    {
        await EndOrphan();
        LoopbackPort.Need(port);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lines = new ConcurrentQueue<string>();
        _process = Start(["run", "--data", folder, "--listen", $"127.0.0.1:{port}", "--radio"], line =>
        {
            lines.Enqueue(line);
            if (line.StartsWith("ready ", StringComparison.Ordinal))
                ready.TrySetResult();
        });
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => ready.TrySetException(
            new SettingsFault("--data", $"the reader of {name} ended before it was ready. {string.Join(' ', lines)}"));
        await File.WriteAllTextAsync(PidFile, _process.Id.ToString(CultureInfo.InvariantCulture), cancel);
        await ready.Task.WaitAsync(cancel);
    }

    // A door goes on when its server is killed, as any door does. The next start takes its place.
    async Task EndOrphan()
    {
        if (!File.Exists(PidFile) || !int.TryParse(await File.ReadAllTextAsync(PidFile), CultureInfo.InvariantCulture, out var pid))
            return;
        try
        {
            using var orphan = Process.GetProcessById(pid);
            // The number may be somebody else's by now.
            if (!(await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).Contains(folder, StringComparison.Ordinal))
                return;
            orphan.Kill();
            await orphan.WaitForExitAsync();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }
    }

    async Task<(int Code, string Said)> Run(
        IEnumerable<string> arguments, CancellationToken cancel, Action<string>? heard = null, Dictionary<string, string>? environment = null)
    {
        var lines = new ConcurrentQueue<string>();
        using var process = Start(
            arguments,
            line =>
            {
                lines.Enqueue(line);
                heard?.Invoke(line);
            },
            environment);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, string.Join(' ', lines));
    }

    Process Start(IEnumerable<string> arguments, Action<string> said, Dictionary<string, string>? environment = null)
    {
        var process = new Process
        {
            // Held open by this process alone: a pairing whose server is killed ends.
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
            using (var farewell = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
                await farewell.WaitForExitAsync();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(FarewellPatience);
            }
            catch (TimeoutException)
            {
                _process.Kill();
            }
        }
        File.Delete(PidFile);
        _process.Dispose();
    }
}
