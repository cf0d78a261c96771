namespace Latchkey.Bench;

/// <summary>What the figures were measured on.</summary>
static class Machine
{
    public static void Print(TextWriter to)
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var memory = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        to.WriteLine($"{Environment.ProcessorCount} cores ({processor ?? "unknown processor"}), {long.Parse(memory) / 1048576} GiB, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the end, {TimeProvider.System.GetUtcNow():d MMM yyyy HH:mm} UTC");
        to.WriteLine();
    }
}
