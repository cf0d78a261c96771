using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Xunit;

namespace Latchkey.Server.Tests.Hosting;

public partial class HostingTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Faults => new()
    {
        { "Latchkey:Origin", "keys.example", "Latchkey:Origin is not an http or https address." },
        { "Latchkey:Origin", "http://keys.example", "Latchkey:Origin must be https, since phones keep keys only for a secure address." },
        { "Latchkey:Origin", "https://keys.example/path", "Latchkey:Origin must be an address without path, query or name." },
        { "Latchkey:Mailbox", "yes", "Latchkey:Mailbox must be true or false." },
        { "Latchkey:Smtp:Host", "mail.example", "Latchkey:Smtp:From must be the address that mails come from." },
    };

    [Theory, MemberData(nameof(Faults))]
    public void A_wrong_setting_is_said_in_one_line(string setting, string value, string line)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build();
        Assert.Equal(line, Assert.Throws<SettingsFault>(() => Settings.Read(configuration)).Message);
    }

    [Theory]
    [InlineData("https://keys.example", false)]
    [InlineData("https://localhost", true)]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("https://localhost.keys.example", false)]
    public void The_demos_mailbox_is_for_this_machine_only(string origin, bool starts)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Latchkey:Origin", origin), new("Latchkey:Mailbox", "true")]).Build();
        if (starts)
            Assert.True(Settings.Read(configuration).Mailbox);
        else
            Assert.Contains("must be this machine", Assert.Throws<SettingsFault>(() => Settings.Read(configuration)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, 256, 512)]
    [InlineData(524_288, 8_000, 10_000)]
    [InlineData(long.MaxValue, 8_000, 10_000)]
    public void Connections_stay_below_the_limit_of_open_files(long openFiles, long plain, long upgraded) =>
        Assert.Equal(new(plain, upgraded), Connections.Of(openFiles));

    [Fact]
    public async Task The_server_takes_so_many_connections_and_no_more()
    {
        var limits = (await houses.Shared(Engine.Sqlite)).Get<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.Equal(Connections.Here, new(limits.MaxConcurrentConnections!.Value, limits.MaxConcurrentUpgradedConnections!.Value));
        Assert.True(Server.Sync.Links.LinksMax < Connections.UpgradedMax);
        // However many consoles are open, all readers that may be linked find a place.
        Assert.True(Server.Sync.Links.LinksMax <= Connections.UpgradedMax - Connections.Of(long.MaxValue).CircuitsMax);
    }

    [Fact]
    public void Every_refusal_has_a_name_of_its_own_and_words()
    {
        var refusals = Enum.GetValues<Refusal>();
        var problems = refusals.Select(r => Problems.Details(new(r))).ToList();
        Assert.Equal(refusals.Length, problems.Select(p => p.Type).Distinct().Count());
        Assert.All(problems, p => Assert.Matches("^/problems/[a-z-]+$", p.Type!));
        Assert.All(problems, p => Assert.InRange(p.Status!.Value, 400, 599));
        Assert.All(problems, p => Assert.DoesNotMatch("invalid|error|oops|please", (p.Title + p.Detail).ToLowerInvariant()));
    }

    [Fact]
    public async Task Whatever_the_framework_refuses_is_a_problem_too()
    {
        var site = await (await houses.Shared(Engine.Sqlite)).NewSite();
        await Problem.Is(site.Api.GetAsync("/api/v1/nothing", Cancel), "not-found");
        await Problem.Is(site.Api.DeleteAsync("/api/v1/users", Cancel), "method");
        await Problem.Is(site.Api.PostAsync("/api/v1/mobile-keys", new StringContent("{", Encoding.UTF8, "application/json"), Cancel), "body-malformed");
        await Problem.Is(site.Api.PostAsync("/api/v1/mobile-keys", new StringContent("<a/>", Encoding.UTF8, "text/xml"), Cancel), "media-type");
        await Problem.Is(site.Api.PostAsJsonAsync("/api/v1/mobile-keys", new { id = 7 }, Cancel), "body-malformed", "id");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/w/")]
    [InlineData("/api/v1/users")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/nothing")]
    [InlineData("/health/ready")]
    public async Task Every_answer_says_what_a_page_may_do(string path)
    {
        using var client = (await houses.Shared(Engine.Sqlite)).NewClient();
        using var answer = await client.GetAsync(path, Cancel);
        var policy = answer.Headers.GetValues("Content-Security-Policy").First();
        Assert.Contains("default-src", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self' 'unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
    }

    [Fact]
    public async Task The_wallet_may_be_called_from_every_origin_without_credentials_and_nothing_else_may()
    {
        using var client = (await houses.Shared(Engine.Sqlite)).NewClient();
        async Task<HttpResponseMessage> Preflight(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, path);
            request.Headers.Add("Origin", "https://elsewhere.example");
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "content-type");
            return await client.SendAsync(request, Cancel);
        }
        var wallet = await Preflight("/api/v1/wallet/look");
        Assert.Equal("*", wallet.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(wallet.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.False((await Preflight("/api/v1/mobile-keys")).Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_checked_in_description_of_the_API_is_what_the_routes_are()
    {
        using var client = (await houses.Shared(Engine.Sqlite)).NewClient();
        var now = (await client.GetStringAsync("/api/openapi.json", Cancel)).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = Path.Combine(Tidy.Repository.Root, "docs", "api", "openapi.json");
        if (Environment.GetEnvironmentVariable("LATCHKEY_WRITE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, now, Cancel);
        }
        Assert.True(File.Exists(file), "docs/api/openapi.json is missing. Run the tests with LATCHKEY_WRITE=1 and look at what changed.");
        Assert.Equal(await File.ReadAllTextAsync(file, Cancel), now);
        Assert.Contains("\"openapi\": \"3.1", now, StringComparison.Ordinal);
    }

    [Theory, BothEngines]
    public async Task Sign_in_sets_a_session_and_slows_down_whoever_guesses(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var site = await server.NewSite();
        using var client = server.NewClient();
        async Task<HttpResponseMessage> SignIn(string email, string password)
        {
            var page = await client.GetStringAsync("/sign-in", Cancel);
            var token = AntiforgeryToken.Match(page).Groups[1].Value;
            return await client.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["_handler"] = "sign-in",
                ["__RequestVerificationToken"] = WebUtility.HtmlDecode(token),
                ["Form.Email"] = email,
                ["Form.Password"] = password,
            }), Cancel);
        }
        for (var i = 0; i < Server.Storage.Throttle.FreeTries; i++)
            Assert.False((await SignIn(site.Email, "wrong")).Headers.Contains("Set-Cookie"));
        // Now even the right password waits, and after the wait it is heard.
        Assert.False((await SignIn(site.Email, Site.Password)).Headers.Contains("Set-Cookie"));
        server.Time.Advance(TimeSpan.FromSeconds(2));
        var done = await SignIn(site.Email.ToUpperInvariant(), Site.Password);
        var cookie = Assert.Single(done.Headers.GetValues("Set-Cookie"), c => c.StartsWith("latchkey=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken { get; }
}
