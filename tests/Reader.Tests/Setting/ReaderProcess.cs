using System.Diagnostics;
using Latchkey.Reader.Store;

namespace Latchkey.Reader.Tests.Setting;

/// <summary>The reader as a process of its own, to be killed at any moment. The published binary when LATCHKEY_READER names one.</summary>
internal sealed class ReaderProcess : IDisposable
{
    private readonly Process process;

    private ReaderProcess(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    private static string Program => Environment.GetEnvironmentVariable("LATCHKEY_READER")
        ?? Path.Combine(AppContext.BaseDirectory, "latchkey-reader");

    /// <summary>A folder with a paired reader that has its first rules.</summary>
    public static string Prepare(Site site, long now, Uri? link = null)
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-process-").FullName;
        using (var store = ReaderStore.Open(folder))
        using (var identity = site.Identity(link ?? new Uri("ws://127.0.0.1:1/")))
        {
            identity.Save(store);
            var clock = new DoorClock(TimeProvider.System, store, "preparing");
            var rules = new Rules(store, identity, clock, new Latchkey.Reader.Store.EventLog(store, clock, identity.Reader));
            Assert.Null(rules.Apply(site.Snapshot(now)));
        }

        return folder;
    }

    public static async Task<ReaderProcess> Start(string folder, bool radio = true)
    {
        string[] words = ["run", "--data", folder, "--listen", "127.0.0.1:0", .. radio ? new[] { "--radio" } : []];
        var process = Process.Start(new ProcessStartInfo(Program, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        if (line?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            process.Kill();
            throw new InvalidOperationException($"The reader did not come up: {line}");
        }

        return new(process, new Uri(line["ready ".Length..]));
    }

    /// <summary>Runs one verb to its end.</summary>
    public static Task<(int Code, string Out, string Error)> Run(params string[] words) => Run(words, _ => { });

    /// <param name="begun">Gets the input, which otherwise stays open, once the verb has printed its first line or ended.</param>
    public static async Task<(int Code, string Out, string Error)> Run(string[] words, Action<StreamWriter> begun)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, words)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var first = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        begun(process.StandardInput);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, first is null ? "" : $"{first}\n{await output}", await error);
    }

    /// <summary>Asked to end, as by a service manager; the exit code.</summary>
    public async Task<int> Terminate()
    {
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return process.ExitCode;
    }

    /// <summary>As a power cut: no chance to tidy up.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}
