using Latchkey.Server.Tests.Setting;
using Xunit;

[assembly: AssemblyFixture(typeof(Houses))]

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
    readonly List<House> opened = [];
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

    /// <summary>A server for one test alone.</summary>
    public async Task<House> Own(Engine engine, IReadOnlyDictionary<string, string?>? settings = null)
    {
        await gate.WaitAsync();
        try
        {
            return await Open(engine, settings);
        }
        finally
        {
            gate.Release();
        }
    }

    async Task<House> Open(Engine engine, IReadOnlyDictionary<string, string?>? settings = null)
    {
        Assert.SkipWhen(engine == Engine.Postgres && Postgres.IsOff, $"{Postgres.Off} is set.");
        var house = new House(engine == Engine.Postgres ? await (await postgres.Value).NewDatabase() : null, settings);
        opened.Add(house);
        return house;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var house in opened)
            await house.DisposeAsync();
        if (postgres.IsValueCreated)
            await (await postgres.Value).DisposeAsync();
        gate.Dispose();
    }
}
