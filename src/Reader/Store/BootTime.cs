using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Latchkey.Reader.Store;

/// <summary>
/// The system's time, whose timestamps count from the start of the machine and go on while it sleeps. Those of
/// <see cref="TimeProvider.System"/> stand still in sleep: a door clock anchored on them would be behind when it wakes, and let documents
/// live on past their end.
/// </summary>
public sealed partial class BootTime : TimeProvider
{
    // CLOCK_BOOTTIME of Linux, where alone the reader runs.
    private const int ClockBootTime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private BootTime()
    {
    }

    public static BootTime Instance { get; } = new();

    public override long TimestampFrequency => NanosecondsPerSecond;

    public override unsafe long GetTimestamp()
    {
        // A timespec: seconds, nanoseconds.
        var now = stackalloc nint[2];
        return clock_gettime(ClockBootTime, now) == 0
            ? now[0] * NanosecondsPerSecond + now[1]
            : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int clock_gettime(int clock, nint* now);
}
