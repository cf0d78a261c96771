using System.Diagnostics;

namespace Latchkey.Bench;

/// <summary>How many small durable appends a second the disk gives right now: it swings by an order of magnitude on shared machines.</summary>
static class FsyncRate
{
    static readonly TimeSpan Span = TimeSpan.FromSeconds(2);

    public static double Measure(string folder)
    {
        var file = Path.Combine(folder, $"fsync-{Guid.NewGuid():N}");
        using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        var page = new byte[4096];
        var count = 0;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Span)
        {
            RandomAccess.Write(handle, page, count * (long)page.Length);
            RandomAccess.FlushToDisk(handle);
            count++;
        }
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
