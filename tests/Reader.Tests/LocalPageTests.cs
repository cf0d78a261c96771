using System.Net;
using System.Text;
using System.Text.Json;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Reader.Door;
using Latchkey.Reader.Link;
using Latchkey.Reader.Page;

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

    /// <summary>Another site's name that points at this machine for a moment (DNS rebinding) is not the page's.</summary>
    [Fact]
    public async Task It_answers_to_its_own_names_only()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), "door-1.lan");
        using var http = new HttpClient { BaseAddress = host.Address };
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
