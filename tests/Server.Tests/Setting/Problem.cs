using System.Text.Json;
using Xunit;

namespace Latchkey.Server.Tests.Setting;

static class Problem
{
    /// <summary>The answer is this problem, with words, and as a problem.</summary>
    public static async Task<JsonElement> Is(HttpResponseMessage answer, string name, string? field = null)
    {
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{(int)answer.StatusCode} {body}");
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal("/problems/" + name, problem.GetProperty("type").GetString());
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("title").GetString()));
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
        Assert.Equal(field, problem.TryGetProperty("field", out var named) ? named.GetString() : null);
        return problem;
    }

    public static async Task Is(Task<HttpResponseMessage> answer, string name, string? field = null) => await Is(await answer, name, field);
}
