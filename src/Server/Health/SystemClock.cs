using System.Runtime.InteropServices;

namespace Latchkey.Server.Health;

/// <summary>What the system says of its own clock.</summary>
static class SystemClock
{
    /// <summary>The kernel's structure has 208 bytes on machines of 64 bits, less elsewhere; zeroed, it asks and sets nothing.</summary>
    const int TimexBytes = 512;

    /// <summary>The kernel's word for a clock that nobody keeps in step.</summary>
    const int NotSynchronized = 5;

    /// <summary>Whether something keeps it in step with the world; null where the system does not say.</summary>
    public static bool? IsSynchronized()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var state = adjtimex(new byte[TimexBytes]);
            return state < 0 ? null : state != NotSynchronized;
        }
        catch (Exception fault) when (fault is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

#pragma warning disable SYSLIB1054, IDE1006, CA5392 // One call of the C library under its own name; generated marshalling would ask for unsafe code in the whole project.
    [DllImport("libc", ExactSpelling = true)]
    static extern int adjtimex([In, Out] byte[] timex);
#pragma warning restore SYSLIB1054, IDE1006, CA5392
}
