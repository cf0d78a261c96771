using System.Diagnostics;
using System.Globalization;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Handshake;

namespace Latchkey.Bench;

/// <summary>(c) a real reader process over the virtual radio; (g) what that process takes.</summary>
static class Doors
{
    const int Openings = 300;
    const int Starts = 9;

    public static async Task RunRadio(Table table, Demo demo)
    {
        using var api = demo.Api();
        var phone = await Activations.Activate(api);
        if (!SiteCard.TryRead(phone.SiteCard, [], out var card))
            throw new InvalidOperationException("The site card does not read.");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var held = new HeldKey([.. card.SiteKeys], null, phone.Device, (uint)now, new(phone.Document, PresentationFlags.ScreenLock, null, now));
        var times = new List<double>();
        for (var i = -20; i < Openings; i++)
        {
            var (result, milliseconds) = await RadioPhone.Open(demo.MainEntrance, site => site == card.Site ? held : null);
            if (result.Reason is not Protocol.Decisions.Reason.Granted)
                throw new InvalidOperationException($"The door stayed shut: {result.Reason}.");
            if (i >= 0)
                times.Add(milliseconds);
        }
        table.Add(
            $"(c) M1 to the sealed verdict over the virtual radio, phone and reader on this machine, {Openings} openings", "—",
            string.Create(CultureInfo.InvariantCulture, $"p50 {Timing.Percentile(times, 0.5):0.0} ms, p99 {Timing.Percentile(times, 0.99):0.0} ms"), null);
    }

    /// <param name="data">Folder of a reader that was paired and is not running.</param>
    public static async Task RunProcess(Table table, string data)
    {
        var starts = new List<double>();
        var resident = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var reader = Process.Start(new ProcessStartInfo(Demo.Reader, ["run", "--data", data, "--listen", "127.0.0.1:0", "--radio"]) { RedirectStandardOutput = true })!;
            while (await reader.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("ready ", StringComparison.Ordinal))
            {
            }
            starts.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            await Task.Delay(500);
            resident.Add(ResidentMegabytes(reader.Id));
            reader.Kill();
            await reader.WaitForExitAsync();
        }
        table.AtMost("(g) reader, start to ready (median)", 120, Timing.Percentile(starts, 0.5), " ms", "0");
        table.AtMost("(g) reader, resident memory (median)", 30, Timing.Percentile(resident, 0.5), " MB", "0.0");
    }

    static double ResidentMegabytes(int process) =>
        File.ReadLines($"/proc/{process}/status").Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024).Single();
}
