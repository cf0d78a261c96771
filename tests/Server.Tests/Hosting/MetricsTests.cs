using System.Net;
using System.Net.Http.Headers;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Latchkey.Server.Tests.Hosting;

public class MetricsTests(Houses houses)
{
    const string Token = "0123456789abcdef";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static async Task<HttpResponseMessage> Ask(House house, string? token)
    {
        using var client = house.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Metrics.Path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(request, Cancel);
    }

    [Fact]
    public async Task Whoever_holds_the_token_reads_what_the_server_counts_and_nobody_else()
    {
        var house = await houses.Own(Engine.Sqlite, new Dictionary<string, string?> { ["Latchkey:MetricsToken"] = Token });
        var site = await house.NewSite();
        await site.Issue();
        Assert.Equal("email-wrong", await site.Refused("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Jana", email = "jana" }));
        using var reader = await new DoorReader(site).Ready();
        foreach (var wrong in new[] { null, "", Token + "x", Token[1..] })
        {
            using var refused = await Ask(house, wrong);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }
        using var answer = await Ask(house, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var lines = (await answer.Content.ReadAsStringAsync(Cancel)).Split('\n');
        Assert.Contains("# TYPE latchkey_acts counter", lines);
        Assert.Contains("latchkey_acts{act=\"IssueMobileKey\",outcome=\"done\"} 1", lines);
        Assert.Contains("latchkey_acts{act=\"IssueMobileKey\",outcome=\"email-wrong\"} 1", lines);
        Assert.Contains(lines, l => l.StartsWith("latchkey_readers_linked ", StringComparison.Ordinal));
        Assert.Contains("# TYPE http_server_request_duration summary", lines);
        // Every line is a remark or a number with its name.
        Assert.All(lines.Where(l => l.Length > 0), l => Assert.Matches(@"^(# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(\{.*\})? -?[0-9.E+-]+)$", l));
    }

    [Fact]
    public async Task Without_a_token_there_is_no_such_address()
    {
        using var answer = await Ask(await houses.Shared(Engine.Sqlite), Token);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public void A_short_token_is_refused() => Assert.Contains("16 characters", Assert.Throws<SettingsFault>(() => new Metrics(
        new ConfigurationBuilder().AddInMemoryCollection([new("Latchkey:MetricsToken", "short")]).Build())).Message, StringComparison.Ordinal);
}
