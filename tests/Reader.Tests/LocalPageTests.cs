using System.Net;
using System.Text;
using System.Text.Json;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Reader.Door;
using Latchkey.Reader.Link;
using Latchkey.Reader.Page;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Reader.Tests;

public class LocalPageTests
{
    [Fact]
    public async Task The_page_is_whole_and_locked_up()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0));
        using var http = new HttpClient { BaseAddress = host.Address };
        foreach (var file in new[] { "", "page.css", "page.js", "mark.svg", "en.json", "cs.json" })
        {
            using var answer = await http.GetAsync(new Uri(file, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }

        using var none = await http.GetAsync(new Uri("../reader.db", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task It_shows_live_what_happens()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0));
        using var http = new HttpClient { BaseAddress = host.Address };
        using var live = new StreamReader(await http.GetStreamAsync(new Uri("live", UriKind.Relative)));
        using (var first = await Next(live))
            Assert.Equal("ready", first.RootElement.GetProperty("door").GetProperty("signal").GetString());

        using var phone = door.Site.NewPhone(7).Renew(door.Now);
        door.Present(phone);

        while (true)
        {
            using var state = await Next(live);
            if (state.RootElement.GetProperty("door").GetProperty("bolt").GetString() != "drawn")
                continue;
            var last = state.RootElement.GetProperty("last");
            Assert.Equal(("granted", 17), (last.GetProperty("reason").GetString(), last.GetProperty("user").GetInt32()));
            Assert.Equal("green", state.RootElement.GetProperty("door").GetProperty("light").GetString());
            break;
        }
    }

    [Fact]
    public async Task It_cuts_and_pushes_for_its_own_page_only_and_opens_nothing()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0));
        using var http = new HttpClient { BaseAddress = host.Address };
        var own = host.Address.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.Forbidden, await Post(http, "cut", """{"cut":true}""", "https://elsewhere.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(http, "push", "{}", "null"));
        Assert.NotEqual(LinkPhase.Cut, door.Core.Link.Standing.Phase);
        Assert.Equal(HttpStatusCode.BadRequest, await Post(http, "cut", "true", own));
        Assert.Equal(HttpStatusCode.BadRequest, await Post(http, "cut", """{"cut":"yes"}""", own));
        Assert.Equal(HttpStatusCode.BadRequest, await Post(http, "cut", new string('{', 300), own));
        Assert.Equal(HttpStatusCode.NotFound, await Post(http, "open", "{}", own));

        Assert.Equal(HttpStatusCode.NoContent, await Post(http, "cut", """{"cut":true}""", own));
        Assert.Equal(LinkPhase.Cut, door.Core.Link.Standing.Phase);
        Assert.Equal(HttpStatusCode.OK, await Post(http, "push", "{}", own));
        Assert.Equal((Bolt.Shut, Leaf.Closed), (door.Core.Door.Picture.Bolt, door.Core.Door.Picture.Leaf));
    }

    /// <summary>A reader that listens beyond loopback: whoever is on the network can ask as the page does, and may not cut the door off.</summary>
    [Theory]
    [InlineData("192.0.2.7", false)]
    [InlineData("::ffff:192.0.2.7", false)]
    [InlineData("2001:db8::7", false)]
    [InlineData(null, false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("::1", true)]
    public async Task It_is_acted_on_from_its_own_machine_only_and_looked_at_from_others(string? remote, bool acts)
    {
        await using var door = Setting.Door.Open();
        var page = new LocalPage(door.Core, new Viewers());
        async Task<(int Status, string Words)> Post(string path, string? origin)
        {
            using var body = new MemoryStream();
            var context = Asked(HttpMethods.Post, path);
            context.Request.Body = new MemoryStream("""{"cut":true}"""u8.ToArray());
            context.Request.Headers.Origin = origin;
            context.Response.Body = body;
            await page.Serve(context);
            return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
        }

        DefaultHttpContext Asked(string method, string path)
        {
            var context = new DefaultHttpContext();
            context.Connection.LocalIpAddress = IPAddress.Parse("192.0.2.1");
            context.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
            (context.Request.Method, context.Request.Path) = (method, path);
            (context.Request.Scheme, context.Request.Host) = ("http", new("192.0.2.1", 5081));
            return context;
        }

        foreach (var path in new[] { "/push", "/cut" })
        {
            foreach (var origin in new[] { null, "http://192.0.2.1:5081" })
            {
                var (status, words) = await Post(path, origin);
                if (acts)
                    Assert.True(status is 200 or 204, $"{path} was answered with {status}");
                else
                    Assert.Equal((403, "The door takes this from its own machine only."), (status, words));
            }
        }

        Assert.Equal(acts, door.Core.Link.Standing.Phase == LinkPhase.Cut);
        var look = Asked(HttpMethods.Get, "/");
        await page.Serve(look);
        Assert.Equal(200, look.Response.StatusCode);
    }

    [Fact]
    public async Task It_offers_no_act_and_no_radio_to_whom_they_are_not_for()
    {
        await using var door = Setting.Door.Open();
        foreach (var (acts, radio) in new[] { (false, false), (true, true) })
        {
            door.Core.HasRadio = radio;
            using var state = JsonDocument.Parse(PageState.Write(door.Core, acts));
            Assert.Equal((acts, radio), (state.RootElement.GetProperty("acts").GetBoolean(), state.RootElement.GetProperty("radio").GetBoolean()));
        }
    }

    /// <summary>Another site's name that points at this machine for a moment (DNS rebinding) is not the page's.</summary>
    [Fact]
    public async Task It_answers_to_its_own_names_only()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), "door-1.lan");
        // By that name it is called, and by this address it is found.
        using var http = new HttpClient { BaseAddress = new UriBuilder(host.Address) { Host = "127.0.0.1" }.Uri };
        async Task<HttpStatusCode> Get(string path, string name)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = name } };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode;
        }

        foreach (var own in new[] { "localhost", "LOCALHOST:5081", "127.0.0.1:80", "127.3.2.1", "[::1]:5081", "door-1.lan", "Door-1.lan:5081" })
            Assert.Equal(HttpStatusCode.OK, await Get("", own));
        foreach (var foreign in new[] { "evil.example", "evil.example:5081", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "door-2.lan", "[::2]" })
        {
            Assert.Equal(HttpStatusCode.MisdirectedRequest, await Get("", foreign));
            Assert.Equal(HttpStatusCode.MisdirectedRequest, await Get("live", foreign));
            using var push = new HttpRequestMessage(HttpMethod.Post, "cut") { Headers = { Host = foreign }, Content = new StringContent("""{"cut":true}""") };
            push.Headers.Add("Origin", $"http://{foreign}");
            using var answer = await http.SendAsync(push);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        }

        Assert.NotEqual(LinkPhase.Cut, door.Core.Link.Standing.Phase);
    }

    [Fact]
    public void Both_languages_say_the_same_things_and_have_words_for_every_reason_signal_and_state()
    {
        var (english, czech) = (Texts("en"), Texts("cs"));
        Assert.Equal(english.Keys.Order(), czech.Keys.Order());
        Assert.DoesNotContain(english.Values.Concat(czech.Values), string.IsNullOrWhiteSpace);
        string[] needed =
        [
            .. Reasons.All.Select(reason => $"reason.{reason.Name()}"),
            .. Enum.GetValues<DoorSignal>().Select(signal => $"buzzer.{PageState.NameOf(signal)}"),
            .. Enum.GetValues<Light>().Select(light => $"light.{PageState.NameOf(light)}"),
            .. Enum.GetValues<LinkPhase>().Select(phase => $"link.{PageState.NameOf(phase)}"),
            .. Enum.GetValues<EventKind>().Where(kind => kind != EventKind.Decision).Select(kind => $"kind.{PageState.NameOf(kind)}"),
        ];
        Assert.Empty(needed.Except(english.Keys));
        foreach (var (key, words) in english)
            Assert.Equal(Holes(words), Holes(czech[key]));

        static IEnumerable<string> Holes(string words) => words.Split('{').Skip(1).Select(part => part.Split('}')[0]).Order();
    }

    [Fact]
    public void What_the_page_names_there_are_words_for()
    {
        var words = Texts("en").Keys;
        var script = Encoding.UTF8.GetString(Asset("page.js"));
        var page = Encoding.UTF8.GetString(Asset("index.html"));
        var named = System.Text.RegularExpressions.Regex.Matches(script, @"say\('([\w.]+)'").Select(match => match.Groups[1].Value)
            .Concat(System.Text.RegularExpressions.Regex.Matches(page, "data-text=\"([\\w.]+)\"").Select(match => match.Groups[1].Value));
        Assert.Empty(named.Except(words));
    }

    private static Dictionary<string, string> Texts(string language) => JsonSerializer.Deserialize<Dictionary<string, string>>(Asset($"{language}.json"))!;

    private static byte[] Asset(string name)
    {
        using var stream = typeof(LocalPage).Assembly.GetManifestResourceStream($"page/{name}")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static async Task<JsonDocument> Next(StreamReader live)
    {
        while (true)
        {
            var line = await live.ReadLineAsync();
            Assert.NotNull(line);
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return JsonDocument.Parse(line["data: ".Length..]);
        }
    }

    private static async Task<HttpStatusCode> Post(HttpClient http, string path, string body, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", origin);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
