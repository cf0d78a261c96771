using System.Diagnostics;

namespace Latchkey.Reader.Tests.Setting;

internal static class Eventually
{
    /// <summary>Long enough for a busy machine; a test that needs it has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Waits until it holds.</summary>
    /// <param name="meanwhile">Done each time it does not hold yet: moves a clock, say.</param>
    public static async Task Holds(Func<bool> condition, string what, Action? meanwhile = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"It did not come to this: {what}");
            meanwhile?.Invoke();
            await Task.Delay(5);
        }
    }
}
