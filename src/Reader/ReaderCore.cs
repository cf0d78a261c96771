using System.Reflection;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Door;
using Latchkey.Reader.Link;
using Latchkey.Reader.Store;
using Latchkey.Reader.Transports;

namespace Latchkey.Reader;

/// <summary>
/// A whole reader without its web side: store, door, decisions and link, with the clock from outside. The process puts a page and a radio
/// around it; tests and bridges open connections to it directly.
/// </summary>
public sealed class ReaderCore : IAsyncDisposable
{
    private static readonly TimeSpan HousekeepingTime = TimeSpan.FromSeconds(1);
    private const int ForgetEverySeconds = 3600;

    private readonly ReaderStore store;
    private readonly ITimer housekeeping;
    private long forgottenAt;

    private ReaderCore(ReaderStore store, Identity identity, TimeProvider time, string hostBoot, Action<string> complain)
    {
        this.store = store;
        Clock = new(time, store, hostBoot);
        Log = new(store, Clock, identity.Reader);
        Rules = new(store, identity, Clock, Log);
        Door = new(time);
        var lists = new StatusLists(store, Rules, Clock);
        Admission = new(Door, Rules, lists, Log, store, Clock, complain);
        Phones = new(Admission, Rules, lists, Clock, time);
        var orders = new Orders(Admission, Rules, store, Clock, time);
        Link = new(new LinkParts(Rules, Log, Clock, lists, orders, store, time, Software, () => RadioAddress, complain));

        Door.Happened += fact => Write(fact, complain);
        Rules.Changed += FollowRules;
        FollowRules();
        housekeeping = time.CreateTimer(_ => KeepHouse(complain), null, HousekeepingTime, HousekeepingTime);
    }

    /// <summary>Name and version, as the console shows it.</summary>
    public static string Software { get; } =
        $"latchkey-reader {typeof(ReaderCore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    public Doorway Door { get; }

    public Rules Rules { get; }

    public EventLog Log { get; }

    public DoorClock Clock { get; }

    public Admission Admission { get; }

    public Phones Phones { get; }

    public ServerLink Link { get; }

    /// <summary>A virtual radio is on the air.</summary>
    public bool HasRadio { get; set; }

    /// <summary>Told to the server, so that a wallet finds the virtual radio; null where none is on the air, or none knows where.</summary>
    public string? RadioAddress { get; set; }

    /// <summary>The name on the door: the console's, or the one given at pairing until there are rules.</summary>
    public string Name => Rules.Bundle?.Settings.Name ?? Rules.Identity.Name;

    /// <param name="hostBoot">Names this start of the machine; tells whether its monotonic clock is still the same one.</param>
    /// <exception cref="SetupException">The folder cannot be used, or holds no paired reader.</exception>
    public static ReaderCore Open(string folder, TimeProvider time, string hostBoot, Action<string> complain)
    {
        if (!ReaderStore.Exists(folder))
            throw new SetupException($"No reader is paired in {folder}. Pair it first: latchkey-reader pair --help");
        var store = ReaderStore.Open(folder, tell: complain);
        try
        {
            var identity = Identity.Load(store) ?? throw new SetupException($"No reader is paired in {folder}. Pair it first: latchkey-reader pair --help");
            return new(store, identity, time, hostBoot, complain);
        }
        catch (Exception fault)
        {
            store.Dispose();
            throw fault as SetupException ?? ReaderStore.Unusable(folder, fault);
        }
    }

    /// <summary>A phone comes into reach.</summary>
    public PhoneConnection OpenConnection(int mtu = RadioFrame.MtuMax) => Phones.Open(mtu);

    /// <summary>Seeks the server and makes keys ahead. Everything else works without.</summary>
    public void Start()
    {
        Link.Start();
        Phones.WarmUp();
    }

    public async ValueTask DisposeAsync()
    {
        await housekeeping.DisposeAsync();
        await Link.DisposeAsync();
        Phones.Dispose();
        Door.Dispose();
        Rules.Identity.Dispose();
        store.Dispose();
    }

    private void Write(DoorFact fact, Action<string> complain)
    {
        try
        {
            Log.Append(fact == DoorFact.Opened ? EventKind.Opened : EventKind.NotOpened, payload => payload);
        }
        catch (Microsoft.Data.Sqlite.SqliteException fault)
        {
            complain($"What happened at the door could not be written: {fault.Message}");
        }
    }

    // Posture has an end of its own, so it is looked at by the clock as well as with each new bundle.
    private void FollowRules()
    {
        lock (Rules.Deciding)
        {
            if (Rules.Bundle is not { } bundle)
                return;
            var inService = bundle.Settings.InService && !(Rules.Expired && bundle.Settings.Degraded == Degraded.DenyAll);
            Door.SetInService(inService);
            Door.Hold(inService && bundle.Posture.At(Clock.Now) is (PostureMode.HeldOpen or PostureMode.Evacuation));
        }
    }

    private void KeepHouse(Action<string> complain)
    {
        try
        {
            Rules.ReportExpiry();
            FollowRules();
            var now = Clock.Now;
            if (now - forgottenAt < ForgetEverySeconds)
                return;
            forgottenAt = now;
            OnceOnly.Forget(store, now);
        }
        catch (Microsoft.Data.Sqlite.SqliteException fault)
        {
            complain($"The store failed: {fault.Message}");
        }
    }
}
