using System.Collections.Concurrent;
using System.Diagnostics;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>A program of the product, started as a process of its own; its words are kept, and it ends with the test.</summary>
sealed class Child : IAsyncDisposable
{
    /// <summary>How long a start may take on a busy machine before the test gives up.</summary>
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(180);

    readonly Process _process;
    readonly ConcurrentQueue<string> _lines = new();
    readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    Child(Process process) => _process = process;

    public string Output => string.Join('\n', _lines);
    public bool Ended { get; private set; }
    public int Id => _process.Id;
    public Task<int> Exit => _exit.Task;

    /// <summary>Starts it and waits for a line that holds <paramref name="ready"/>.</summary>
    public static async Task<Child> Start(string program, IEnumerable<string> arguments, string ready, IDictionary<string, string>? environment = null)
    {
        // Whoever started the tests in the background made them deaf to Ctrl+C, and their children with them.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var child = new Child(new Process { StartInfo = start });
        var isReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Keep(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is null)
                return;
            child._lines.Enqueue(e.Data);
            if (e.Data.Contains(ready, StringComparison.Ordinal))
                isReady.TrySetResult();
        }
        child._process.OutputDataReceived += Keep;
        child._process.ErrorDataReceived += Keep;
        child._process.EnableRaisingEvents = true;
        child._process.Exited += (_, _) => child._exit.TrySetResult(child._process.ExitCode);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        _ = Fail();
        try
        {
            await isReady.Task.WaitAsync(StartPatience);
        }
        catch (TimeoutException)
        {
            await child.DisposeAsync();
            throw new TimeoutException($"{program} did not say \"{ready}\":\n{child.Output}");
        }
        return child;

        async Task Fail()
        {
            // Until its last words are read, too.
            await child._process.WaitForExitAsync();
            isReady.TrySetException(new InvalidOperationException($"{program} ended before it was ready:\n{child.Output}"));
        }
    }

    /// <summary>What a power cut of the process looks like: no farewell.</summary>
    public async Task Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    /// <summary>Ctrl+C, or another signal that asks it to end.</summary>
    public async Task Interrupt(string signal = "INT")
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(StartPatience);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        Ended = true;
        _process.Dispose();
    }
}
