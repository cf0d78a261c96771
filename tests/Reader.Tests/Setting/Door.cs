using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Handshake;
using Latchkey.Reader.Store;
using Microsoft.Extensions.Time.Testing;

namespace Latchkey.Reader.Tests.Setting;

/// <summary>One paired reader on a folder of its own, with a clock that stands until it is moved. No server: that is the point of a reader.</summary>
internal sealed class Door : IAsyncDisposable
{
    public const string HostBoot = "this start of the machine";

    private readonly Uri link;

    private Door(Site site, Uri link)
    {
        (Site, this.link) = (site, link);
        Machine = new(Time);
    }

    public Site Site { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));

    /// <summary>The clock as the reader's machine shows it.</summary>
    public MachineClock Machine { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("latchkey-reader-").FullName;

    public ReaderCore Core { get; private set; } = null!;

    public List<string> Complaints { get; } = [];

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>A reader that has its first rules, and the server's time if the clock is to be trusted.</summary>
    public static Door Open(Func<Protocol.Bundles.Bundle, Protocol.Bundles.Bundle>? with = null, bool trusted = true)
    {
        var site = new Site();
        site.Bundle = with?.Invoke(site.Bundle) ?? site.Bundle;
        return Open(site, Nowhere, trusted);
    }

    public static Door Open(Site site, Uri link, bool trusted = true)
    {
        var door = Paired(site, link);
        if (trusted)
            door.Core.Clock.ServerSays(door.Now);
        Assert.Null(door.Core.Rules.Apply(door.Site.Snapshot(door.Now)));
        return door;
    }

    /// <summary>A reader that was paired and knows nothing yet.</summary>
    public static Door Paired() => Paired(new Site(), Nowhere);

    private static Uri Nowhere { get; } = new("ws://127.0.0.1:1/");

    private static Door Paired(Site site, Uri link)
    {
        var door = new Door(site, link);
        using (var store = ReaderStore.Open(door.Folder))
        using (var identity = door.Site.Identity(door.link))
            identity.Save(store);
        door.Start();
        return door;
    }

    public async Task Restart(string hostBoot = HostBoot)
    {
        await Core.DisposeAsync();
        Start(hostBoot);
    }

    /// <summary>The verdict as the wallet believes it.</summary>
    public DoorResult Present(Phone phone, int mtu = 517)
    {
        using var connection = Core.OpenConnection(mtu)!;
        return Assert.IsType<PhoneStep.Verdict>(phone.Present(connection, Now)).Result;
    }

    public Reason ReasonOf(Phone phone) => Present(phone).Reason;

    /// <summary>The whole log as stored, with its chain checked from the first event on.</summary>
    public IReadOnlyList<LoggedEvent> Events()
    {
        using var store = ReaderStore.Open(Folder, shared: true);
        return Chain.Check(store, Site.Reader);
    }

    public LoggedEvent LastDecision() => Events().Last(entry => entry.Kind == EventKind.Decision);

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        Site.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Start(string hostBoot = HostBoot) => Core = ReaderCore.Open(Folder, Machine, hostBoot, Complaints.Add);
}
