using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Link;
using Latchkey.Reader.Tests.Setting;
using Microsoft.Extensions.Time.Testing;

namespace Latchkey.Reader.Tests;

/// <summary>Pairing against the server's half of spec/reader-link.md, "Pairing".</summary>
public class PairingTests
{
    private const string SystemKey = "s3cr3t88";

    [Fact]
    public async Task A_confirmed_reader_keeps_what_it_was_given_and_never_sent_the_System_Key()
    {
        using var site = new Site();
        var server = new PairingServer(site) { States = { "waiting", "confirmed" } };
        var said = new List<string>();

        using var identity = await Pair(server, said.Add);

        Assert.Equal((site.Id, site.Reader, "Main entrance"), (identity.Site, identity.Reader, identity.Name));
        Assert.Equal(server.ReaderKey, identity.AtTheDoor.Key.Public);
        Assert.Equal("ws://127.0.0.1:5400/api/v1/reader/link", identity.Link.ToString());
        Assert.Contains(Fingerprint.Text(server.ReaderKey!), Assert.Single(said), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Received, text => text.Contains(SystemKey, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("refused", "refused")]
    [InlineData("expired", "ended")]
    [InlineData("nonsense", "not understood")]
    public async Task Anything_but_a_confirmation_is_said_in_words(string state, string words)
    {
        using var site = new Site();
        var fault = await Assert.ThrowsAsync<SetupException>(() => Pair(new PairingServer(site) { States = { state } }));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_servers_own_sentence_is_passed_on()
    {
        using var site = new Site();
        var server = new PairingServer(site) { Problem = """{"type":"/problems/pairing-code-unknown","title":"No such code.","detail":"It may have ended."}""" };
        var fault = await Assert.ThrowsAsync<SetupException>(() => Pair(server));
        Assert.Equal("No such code. It may have ended.", fault.Message);
    }

    [Fact]
    public async Task Something_else_at_the_address_is_said_in_words()
    {
        using var site = new Site();
        var fault = await Assert.ThrowsAsync<SetupException>(() => Pair(new PairingServer(site) { Problem = "<html>" }));
        Assert.Contains("no Latchkey server", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_the_System_Key_is_not_believed()
    {
        using var site = new Site();
        using var impostor = new Site();
        Func<JsonObject, object?>[] changes =
        [
            answer => answer["mac"] = Base64Url.EncodeToString(new byte[32]),
            answer => answer["mac"] = "AA",
            answer => answer["site"] = Base64Url.EncodeToString(impostor.Id.ToBytes()),
            answer => answer["certificate"] = Base64Url.EncodeToString(impostor.Certificate().Span),
            answer => answer["siteKeys"] = new JsonArray(Base64Url.EncodeToString(impostor.SiteKey.Public.Span)),
        ];
        foreach (var change in changes)
        {
            var fault = await Assert.ThrowsAsync<SetupException>(() => Pair(new PairingServer(site) { States = { "confirmed" }, Change = change }));
            Assert.Contains("does not fit the System Key", fault.Message, StringComparison.Ordinal);
        }

        foreach (var name in new[] { "mac", "site", "reader", "certificate", "siteKeys", "link" })
        {
            var server = new PairingServer(site) { States = { "confirmed" }, Change = answer => answer.Remove(name) };
            await Assert.ThrowsAsync<SetupException>(() => Pair(server));
            server = new PairingServer(site) { States = { "confirmed" }, Change = answer => answer[name] = 7 };
            await Assert.ThrowsAsync<SetupException>(() => Pair(server));
        }
    }

    [Fact]
    public async Task A_link_that_would_go_unprotected_is_refused()
    {
        using var site = new Site();
        var server = new PairingServer(site) { States = { "confirmed" }, Change = answer => answer["link"] = "ws://192.0.2.7/link" };
        var fault = await Assert.ThrowsAsync<SetupException>(() => Pair(server));
        Assert.Contains("not protected", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<Store.Identity> Pair(PairingServer server, Action<string>? say = null)
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        using var http = new HttpClient(server, disposeHandler: false);
        server.Asked = () => time.Advance(TimeSpan.FromSeconds(2));
        var code = ActivationCode.NewPairing(RandomNumberGenerator.Fill);
        server.Code = code.Canonical;
        var request = new PairingRequest(new("http://127.0.0.1:5400/"), "TEST0001", SystemKey, code, "Main entrance");
        var pairing = Pairing.Pair(request, "latchkey-reader test", http, time, say ?? (_ => { }), CancellationToken.None);
        await Eventually.Holds(() => pairing.IsCompleted, "paired or not", () => time.Advance(TimeSpan.FromSeconds(1)));
        return await pairing;
    }

    /// <summary>Answers as the server would; <see cref="Change"/> makes it wrong.</summary>
    private sealed class PairingServer(Site site) : HttpMessageHandler
    {
        private int asked;

        public List<string> States { get; } = [];

        public List<string> Received { get; } = [];

        public string? Problem { get; init; }

        public Func<JsonObject, object?>? Change { get; init; }

        public Action Asked { get; set; } = () => { };

        public string Code { get; set; } = "";

        public PublicKey? ReaderKey { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            Received.Add($"{request.RequestUri} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancel))}");
            if (Problem is not null)
                return Answer(HttpStatusCode.NotFound, Problem);
            Assert.Equal(HttpMethod.Post, request.Method);
            using var body = JsonDocument.Parse(await request.Content!.ReadAsByteArrayAsync(cancel));
            if (request.RequestUri!.AbsolutePath == "/api/v1/reader/pairing")
            {
                var text = (string name) => body.RootElement.GetProperty(name).GetString()!;
                Assert.True(PublicKey.TryRead(Base64Url.DecodeFromChars(text("publicKey")), out var key));
                Assert.True(PairingProof.Fits(Base64Url.DecodeFromChars(text("mac")), PairingProof.OfRequest(SystemKey, Code, "TEST0001", key)));
                ReaderKey = key;
                return Answer(HttpStatusCode.Accepted, $$"""{"pairing":"c2VjcmV0","fingerprint":"{{Fingerprint.Text(key)}}"}""");
            }

            // The secret is in the body, where no proxy's log has it.
            Assert.Equal("/api/v1/reader/pairing/standing", request.RequestUri.PathAndQuery);
            Assert.Equal("c2VjcmV0", body.RootElement.GetProperty("pairing").GetString());
            var state = States[Math.Min(asked++, States.Count - 1)];
            var answer = new JsonObject { ["state"] = state };
            if (state == "confirmed")
                Fill(answer);
            return Answer(HttpStatusCode.OK, answer.ToJsonString());
        }

        private void Fill(JsonObject answer)
        {
            var certificate = ReaderCertificate.Sign(site.Reader, site.Id, ReaderCertificate.NoStart, ReaderCertificate.NoEnd, ReaderKey!, site.SiteKey);
            answer["site"] = Base64Url.EncodeToString(site.Id.ToBytes());
            answer["reader"] = Base64Url.EncodeToString(site.Reader.ToBytes());
            answer["siteKeys"] = new JsonArray(Base64Url.EncodeToString(site.SiteKey.Public.Span));
            answer["certificate"] = Base64Url.EncodeToString(certificate);
            answer["link"] = "ws://127.0.0.1:5400/api/v1/reader/link";
            answer["mac"] = Base64Url.EncodeToString(PairingProof.OfAnswer(SystemKey, Code, site.Id, site.Reader, certificate, [site.SiteKey.Public]));
            Change?.Invoke(answer);
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string body) =>
            new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }
}
