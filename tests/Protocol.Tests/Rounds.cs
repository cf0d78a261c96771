namespace Latchkey.Protocol.Tests;

/// <summary>How often a property is tried: a little each time, forty times as often with LATCHKEY_LONG=1.</summary>
static class Rounds
{
    private static readonly int Factor = Environment.GetEnvironmentVariable("LATCHKEY_LONG") == "1" ? 40 : 1;

    public static int Of(int rounds) => rounds * Factor;
}
