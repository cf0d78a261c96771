using Latchkey.Reader.Store;

namespace Latchkey.Reader;

internal static class RunVerb
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(5);

    private const string HostBootFile = "/proc/sys/kernel/random/boot_id";

    public static async Task<int> Run(string[] words)
    {
        var arguments = Arguments.Read(words, "--data", "--listen", "--host", "--radio", "--pair", "--server", "--system-id", "--system-key", "--code", "--name");
        var (listen, hostName) = (arguments.Listen, arguments.HostName);
        using var ending = new Ending(arguments);
        if (arguments.Has("--pair"))
            await PairVerb.Ensure(arguments, ending.Asked);

        await using var core = ReaderCore.Open(arguments.Data, BootTime.Instance, HostBoot(), Complain);
        await using var host = await ReaderHost.Start(core, listen, hostName, arguments.Has("--radio"), Complain);
        core.Start();
        if (core.Rules.Identity.IsDemo)
            Complain("This is a demo system: its System Key is public, so it is not safe.");
        // Programs that start a reader wait for this line.
        Console.WriteLine($"ready {host.Address}");
        await using var tidying = TimeProvider.System.CreateTimer(Tidy(core), null, QuietTime, QuietTime);
        await ending.Wait();
        return 0;
    }

    // After a rush of phones the heap stays as large as the rush was. Once nobody is there any more it is given back, so that the machine is
    // shared by what a reader needs, not by what it once needed.
    private static TimerCallback Tidy(ReaderCore core)
    {
        var tidiedAfter = 0L;
        var lastSeen = 0L;
        return _ =>
        {
            var (came, any) = core.Phones.Traffic;
            var quiet = !any && came == lastSeen;
            lastSeen = came;
            if (!quiet || came == tidiedAfter)
                return;
            tidiedAfter = came;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        };
    }

    // Without it the clock is simply not trusted after a restart, until the server says the time.
    private static string HostBoot() => File.Exists(HostBootFile) ? File.ReadAllText(HostBootFile).Trim() : Guid.NewGuid().ToString();

    private static void Complain(string words) => Console.Error.WriteLine($"latchkey-reader: {words}");
}
