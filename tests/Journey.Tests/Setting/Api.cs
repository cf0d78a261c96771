using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>A program that Alfa Reality lets act: the REST API with the demo's token.</summary>
sealed class Api(string console, string token) : IDisposable
{
    readonly HttpClient _http = new()
    {
        BaseAddress = new(console),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };

    public Api(House house)
        : this(house.Console, house.ApiToken)
    {
    }

    public async Task<JsonElement> Get(string path) => await Read(await _http.GetAsync(path, TestContext.Current.CancellationToken));

    public async Task<JsonElement> Post(string path, object body) =>
        await Read(await _http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken));

    public async Task<JsonElement> Patch(string path, object body) =>
        await Read(await _http.PatchAsJsonAsync(path, body, TestContext.Current.CancellationToken));

    public async Task<Guid> Reader(string name) =>
        (await Get("/api/v1/readers")).GetProperty("readers").EnumerateArray().Single(r => r.GetProperty("name").GetString() == name).GetProperty("id").GetGuid();

    /// <summary>Asks until the answer is as wanted.</summary>
    public async Task Until(string path, Func<JsonElement, bool> wanted)
    {
        var patience = TimeProvider.System.GetUtcNow().AddMilliseconds(Journey.PatienceMs);
        for (var answer = await Get(path); !wanted(answer); answer = await Get(path))
        {
            Assert.True(TimeProvider.System.GetUtcNow() < patience, $"Still {answer}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    static async Task<JsonElement> Read(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public void Dispose() => _http.Dispose();
}
