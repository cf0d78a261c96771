using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Latchkey.Server.Tests.Setting;

/// <summary>The real server as a process of its own, which can be killed.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Only a hang costs this long.</summary>
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(180);

    readonly Process process;
    readonly ConcurrentQueue<string> said = new();

    ServerProcess(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<ServerProcess> Start(IReadOnlyDictionary<string, string?> environment)
    {
        var address = new Uri($"http://localhost:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Latchkey.Server.dll"), "serve", "--urls", address.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        // It does not live long enough for its code to be measured and made anew.
        start.Environment["DOTNET_TieredPGO"] = "0";
        var server = new ServerProcess(new() { StartInfo = start }, address);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
                return;
            server.said.Enqueue(line.Data);
            if (line.Data.Contains("Application started", StringComparison.Ordinal))
                ready.TrySetResult();
        }
        server.process.OutputDataReceived += Keep;
        server.process.ErrorDataReceived += Keep;
        server.process.Start();
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        var over = server.process.WaitForExitAsync();
        if (await Task.WhenAny(ready.Task, over, Task.Delay(StartPatience)) != ready.Task)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"The server did not start:\n{string.Join('\n', server.said)}");
        }
        return server;
    }

    /// <summary>No farewell: what a power cut of the process looks like.</summary>
    public async Task Kill()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        process.Dispose();
    }
}
