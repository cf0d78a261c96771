using System.Diagnostics;

namespace Latchkey.Bench;

static class Timing
{
    /// <summary>Microseconds per call: the best of several rounds, after a warm-up, so that a busy neighbour does not count.</summary>
    public static double MicrosecondsOf(Action act, int calls, int rounds = 7)
    {
        for (var i = 0; i < calls; i++)
            act();
        var best = double.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++)
                act();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
        }
        return best;
    }

    public static double Percentile(IReadOnlyCollection<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
    }
}
