using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

/// <summary>The way into a server that has nobody yet.</summary>
public partial class SetupTests(Houses houses)
{
    const string Email = "marie@alfa.example";
    const string Password = "correct horse battery";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static string CodeFile(House server) => Path.Combine(server.Get<Settings>().DataFolder, FirstSetup.FileName);

    static async Task<string> Code(House server) => (await File.ReadAllTextAsync(CodeFile(server), Cancel)).Trim();

    static SetUpRequest Request(string code) => new(code, "Alfa Reality", "Marie Kovářová", Email, Password, "Europe/Prague", "cs", "en");

    static async Task<HttpResponseMessage> Send(HttpClient client, string form, Dictionary<string, string> fields)
    {
        var page = await client.GetStringAsync("/" + form, Cancel);
        fields["_handler"] = form;
        fields["__RequestVerificationToken"] = WebUtility.HtmlDecode(AntiforgeryToken.Match(page).Groups[1].Value);
        return await client.PostAsync("/" + form, new FormUrlEncodedContent(fields), Cancel);
    }

    static Dictionary<string, string> Fields(string code) => new()
    {
        ["Form.Code"] = code,
        ["Form.Site"] = "Alfa Reality",
        ["Form.Name"] = "Marie Kovářová",
        ["Form.Email"] = Email,
        ["Form.Password"] = Password,
        ["Form.TimeZone"] = "Europe/Prague",
        ["Form.Language"] = "cs",
    };

    [Theory, BothEngines]
    public async Task An_empty_server_is_set_up_by_its_page_once(Engine engine)
    {
        var server = await houses.Own(engine);
        using var client = server.NewClient();
        Assert.EndsWith("/setup", (await client.GetAsync("/sign-in", Cancel)).Headers.Location!.ToString(), StringComparison.Ordinal);
        var code = await Code(server);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(CodeFile(server)));
        Assert.Contains(server.Logged, line => line.Contains(CodeFile(server), StringComparison.Ordinal));
        Assert.DoesNotContain(server.Logged, line => line.Contains(code, StringComparison.Ordinal));

        // Guesses wait ever longer, and so does then the right code.
        for (var i = 0; i < Throttle.FreeTries; i++)
            Assert.Contains("This is not the set-up code", await (await Send(client, "setup", Fields("wrong"))).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains("Too many tries", await (await Send(client, "setup", Fields(code))).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        server.Time.Advance(TimeSpan.FromSeconds(2));
        var done = await (await Send(client, "setup", Fields(code.ToUpperInvariant().Replace('-', ' ')))).Content.ReadAsStringAsync(Cancel);
        var customer = await Read(server, db => db.Customers.Include(c => c.Account).SingleAsync(Cancel));
        Assert.Contains(customer.SystemId, done, StringComparison.Ordinal);
        Assert.Equal(("Alfa Reality", "Europe/Prague", "cs", false), (customer.Account!.Name, customer.TimeZone, customer.Language, customer.IsDemo));
        Assert.False(File.Exists(CodeFile(server)));

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/setup", Cancel)).StatusCode);
        Assert.Equal(Refusal.NotFound, (await server.Get<FirstSetup>().Do(Request(code), "elsewhere", Cancel)).Refused?.Refusal);
        var signedIn = await Send(client, "sign-in", new() { ["Form.Email"] = Email, ["Form.Password"] = Password });
        Assert.Contains(signedIn.Headers.GetValues("Set-Cookie"), c => c.StartsWith("latchkey=", StringComparison.Ordinal));
        await server.Get<FirstSetup>().Offer(Cancel);
        Assert.False(File.Exists(CodeFile(server)));
    }

    [Theory, BothEngines]
    public async Task The_first_administrator_owns_the_site_and_its_chain_begins_with_the_set_up(Engine engine)
    {
        var server = await houses.Own(engine);
        Assert.True((await server.Get<FirstSetup>().Do(Request(await Code(server)), "here", Cancel)).Done);
        var customer = await Read(server, db => db.Customers.SingleAsync(Cancel));
        var administrator = await Read(server, db => db.Administrators.SingleAsync(Cancel));
        var session = Session.Begin(administrator.Id, server.Time.GetUtcNow());
        await server.Store.Write(db => Task.FromResult(db.Sessions.Add(session)), Cancel);
        var actor = new Actor(ActorKind.Administrator, administrator.Id, administrator.SecurityStamp!) { Session = session.Id };
        Assert.True((await server.Get<MakeApiToken>().Do(actor, customer.AccountId, new(Guid.NewGuid(), "First"), Cancel)).Done);
        var entries = await Read(server, db => db.AuditEntries.AsNoTracking().Where(a => a.AccountId == customer.AccountId).OrderBy(a => a.Seq).ToListAsync(Cancel));
        Assert.Equal(["SetUp", "MakeApiToken"], entries.Select(e => e.Act));
        Assert.Null(AuditChain.FirstBreak(entries));
    }

    [Theory, BothEngines]
    public async Task Of_many_at_once_with_the_code_one_becomes_administrator(Engine engine)
    {
        var server = await houses.Own(engine);
        var code = await Code(server);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(
            () => server.Get<FirstSetup>().Do(Request(code) with { Email = $"marie{i}@alfa.example" }, $"network {i}", Cancel))));
        Assert.Single(outcomes, o => o.Done);
        Assert.All(outcomes.Where(o => !o.Done), o => Assert.True(o.Refused!.Refusal is Refusal.NotFound or Refusal.SetupCodeWrong));
        Assert.Equal((1, 1), (await Read(server, db => db.Administrators.CountAsync(Cancel)), await Read(server, db => db.Customers.CountAsync(Cancel))));
    }

    [Theory, BothEngines]
    public async Task A_code_ends_and_a_start_draws_another(Engine engine)
    {
        var server = await houses.Own(engine);
        var setup = server.Get<FirstSetup>();
        var first = await Code(server);
        server.Time.Advance(TimeSpan.FromHours(SetupCode.LifeHours));
        Assert.Equal((Refusal.SetupCodeWrong, "code"), await Tried(first));
        await setup.Offer(Cancel);
        var second = await Code(server);
        Assert.NotEqual(first, second);
        Assert.Equal((Refusal.SetupCodeWrong, "code"), await Tried(first));
        Assert.True((await setup.Do(Request(second), "here", Cancel)).Done);

        async Task<(Refusal?, string?)> Tried(string code) => (await setup.Do(Request(code), "here", Cancel)).Refused is { } r ? (r.Refusal, r.Field) : default;
    }

    [Fact]
    public async Task Each_fault_names_its_field_and_spends_nothing()
    {
        var server = await houses.Own(Engine.Sqlite);
        var good = Request(await Code(server));
        await Is(good with { Site = " " }, Refusal.NameMissing, "site");
        await Is(good with { Site = new string('x', Account.NameCharsMax + 1) }, Refusal.NameTooLong, "site");
        await Is(good with { Name = null }, Refusal.NameMissing, "name");
        await Is(good with { Email = "" }, Refusal.EmailMissing, "email");
        await Is(good with { Email = "marie@" }, Refusal.EmailWrong, "email");
        foreach (var weak in new[] { null, "", "short1A", "aaaaaaaaaaaaaaaaaaaa", "lettersOnly", new string('x', SignIn.PasswordCharsMax + 1) })
            await Is(good with { Password = weak }, Refusal.PasswordWeak, "password");
        await Is(good with { TimeZone = "Prague" }, Refusal.TimeZoneUnknown, "timeZone");
        await Is(good with { Language = "xx" }, Refusal.LanguageUnknown, "language");
        Assert.True((await server.Get<FirstSetup>().Do(good with { Password = "Eight8chars" }, "here", Cancel)).Done);

        async Task Is(SetUpRequest request, Refusal refusal, string field)
        {
            var refused = (await server.Get<FirstSetup>().Do(request, "here", Cancel)).Refused;
            Assert.Equal((refusal, field), (refused?.Refusal, refused?.Field));
        }
    }

    static async Task<T> Read<T>(House server, Func<Db, Task<T>> question)
    {
        await using var db = server.Store.Open();
        return await question(db);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken { get; }
}
