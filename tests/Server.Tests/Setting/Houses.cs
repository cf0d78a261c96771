using System.Collections.Concurrent;
using System.Reflection;
using Latchkey.Server.Tests.Setting;
using Xunit;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Houses))]
[assembly: OwnHousesEnd]

namespace Latchkey.Server.Tests.Setting;

public enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>Opens servers for tests, and closes what it opened. Each test that moves the clock asks for a server of its own.</summary>
public sealed class Houses : IAsyncDisposable
{
    readonly Lazy<Task<Postgres>> postgres = new(Postgres.Start);
    // Static, since what is told of the end of a test knows no fixture; there is one of these.
    static readonly ConcurrentDictionary<string, ConcurrentBag<House>> own = [];
    readonly SemaphoreSlim gate = new(1);
    readonly Dictionary<Engine, House> shared = [];
    readonly Dictionary<(Type, Engine), House> ofClass = [];

    /// <summary>A server that many tests use at once, each with a customer of its own. Its clock stands still.</summary>
    public async Task<House> Shared(Engine engine)
    {
        await gate.WaitAsync();
        try
        {
            return shared.TryGetValue(engine, out var house) ? house : shared[engine] = await Open(engine);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A server for the tests of one class, which run one after the other and may move its clock on.</summary>
    public async Task<House> Of(object tests, Engine engine)
    {
        await gate.WaitAsync();
        try
        {
            var key = (tests.GetType(), engine);
            return ofClass.TryGetValue(key, out var house) ? house : ofClass[key] = await Open(engine);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A server for one test alone; it ends with the test.</summary>
    public async Task<House> Own(Engine engine, IReadOnlyDictionary<string, string?>? settings = null)
    {
        await gate.WaitAsync();
        try
        {
            var house = await Open(engine, settings);
            own.GetOrAdd(TestContext.Current.Test!.UniqueID, _ => []).Add(house);
            return house;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Dozens of servers that nobody asks any more would slow down those that are asked.</summary>
    internal static void EndOwn(string test)
    {
        if (own.TryRemove(test, out var over))
            Task.Run(() => Task.WhenAll(over.Select(house => house.DisposeAsync().AsTask()))).GetAwaiter().GetResult();
    }

    async Task<House> Open(Engine engine, IReadOnlyDictionary<string, string?>? settings = null)
    {
        Assert.SkipWhen(engine == Engine.Postgres && Postgres.IsOff, $"{Postgres.Off} is set.");
        var house = new House(engine == Engine.Postgres ? await (await postgres.Value).NewDatabase() : null, settings);
        // The factory starts its server when it is first asked for it, and two tests that ask at once would start two.
        _ = house.Services;
        return house;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var house in shared.Values.Concat(ofClass.Values))
            await house.DisposeAsync();
        if (postgres.IsValueCreated)
            await (await postgres.Value).DisposeAsync();
        gate.Dispose();
    }
}

[AttributeUsage(AttributeTargets.Assembly)]
sealed class OwnHousesEndAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Houses.EndOwn(test.UniqueID);
}
