using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Console;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Users;

public class KeyActTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<HttpResponseMessage> Issue(Site house, object request) => house.Api.PostAsJsonAsync("/api/v1/mobile-keys", request, Cancel);

    [Theory, BothEngines]
    public async Task A_key_is_issued_with_the_level_Everybody_and_dense_numbers(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var (one, two) = (await house.Issue("Anna"), await house.Issue("Ben"));
        Assert.Equal((1, 2), (one.UserNumber, two.UserNumber));
        Assert.Equal((0, 1), ((await house.Key(one.MobileKeyId)).KeyNumber, (await house.Key(two.MobileKeyId)).KeyNumber));
        Assert.Equal($"http://localhost:5500/w/#{one.Code}", one.Link);
        Assert.Equal("Everybody", await house.Read(db => db.UserAccessLevels
            .Where(l => l.CustomerId == house.Id && l.UserId == one.UserId).Select(l => l.Level!.Name).SingleAsync(Cancel)));
        var more = await house.Issue(new { id = Guid.NewGuid(), userId = one.UserId, deviceName = "Watch" });
        Assert.Equal(one.UserId, more.UserId);
        Assert.Equal(2, (await house.Key(more.MobileKeyId)).KeyNumber);
    }

    [Theory, BothEngines]
    public async Task Each_fault_of_the_form_names_its_field(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var taken = await house.Issue();
        var now = server.Time.GetUtcNow();
        object Good(object? id = null) => new { id = id ?? Guid.NewGuid(), name = "Jana", email = "jana@example.com" };
        await Problem.Is(Issue(house, new { name = "Jana", email = "jana@example.com" }), "id-missing", "id");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), email = "jana@example.com" }), "name-missing", "name");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "  ", email = "jana@example.com" }), "name-missing", "name");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = new string('x', 81), email = "jana@example.com" }), "name-too-long", "name");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana\r\nBcc: all@example.com", email = "jana@example.com" }), "name-too-long", "name");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana" }), "email-missing", "email");
        foreach (var bad in new[] { "jana", "jana@", "@example.com", "jana@example.com\r\nBcc: all@example.com", "a@b@c", "<jana@example.com>", "jana@example.com,ben@example.com" })
            await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", email = bad }), "email-wrong", "email");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", notify = false, language = "xx" }), "language-unknown", "language");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", notify = false, userNumber = 0 }), "user-id-out-of-range", "userNumber");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", notify = false, userNumber = taken.UserNumber }), "user-id-taken", "userNumber");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", notify = false, validFrom = now, validTo = now }), "validity-backwards", "validTo");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", notify = false, validFrom = now.AddDays(-2), validTo = now.AddDays(-1) }), "validity-over", "validTo");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", notify = false, accessLevelIds = new[] { Guid.NewGuid() } }), "access-level-unknown", "accessLevelIds");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), name = "Jana", notify = false, deviceName = new string('x', 61) }), "text-too-long", "deviceName");
        await Problem.Is(Issue(house, new { id = Guid.NewGuid(), userId = Guid.NewGuid() }), "not-found");
        await Problem.Is(Issue(house, new { id = "no uuid", name = "Jana" }), "body-malformed", "id");
        // Nothing was half done.
        Assert.Equal(1, await house.Read(db => db.Users.CountAsync(u => u.CustomerId == house.Id, Cancel)));
        Assert.Equal(HttpStatusCode.OK, (await Issue(house, Good())).StatusCode);
    }

    [Theory, BothEngines]
    public async Task The_same_request_twice_acts_once_and_another_one_under_its_id_is_refused(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var id = Guid.NewGuid();
        var request = new { id, name = "Jana", email = "jana@example.com" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Issue(house, request)));
        var bodies = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync(Cancel)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Single(bodies.Distinct());
        Assert.Equal(1, await house.Read(db => db.Users.CountAsync(u => u.CustomerId == house.Id, Cancel)));
        await Problem.Is(Issue(house, new { id, name = "Ben", email = "jana@example.com" }), "id-reused", "id");
        await Problem.Is(house.Act(id, "suspend", new { id }), "id-reused", "id");
    }

    [Theory, BothEngines]
    public async Task An_act_that_does_not_fit_the_state_is_refused_and_says_the_state(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        foreach (var act in new[] { "suspend", "resume", "revoke" })
            Assert.Equal("Invited", (await Problem.Is(await house.Act(invited.MobileKeyId, act), "state-unfit")).GetProperty("state").GetString());
        using var phone = new RawPhone(server);
        await phone.MustActivate(invited.Code);
        foreach (var act in new[] { "resume", "new-code", "withdraw" })
            Assert.Equal("Active", (await Problem.Is(await house.Act(invited.MobileKeyId, act), "state-unfit")).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, (await house.Act(invited.MobileKeyId, "suspend")).StatusCode);
        Assert.Equal("Suspended", (await Problem.Is(await house.Act(invited.MobileKeyId, "suspend"), "state-unfit")).GetProperty("state").GetString());
        await Problem.Is(house.Act(Guid.NewGuid(), "suspend"), "not-found");
        await Problem.Is(house.Act(invited.MobileKeyId, "revoke", new { id = Guid.NewGuid(), why = new string('x', 201) }), "text-too-long", "why");
    }

    [Theory, BothEngines]
    public async Task Time_alone_ends_invitations_and_keys(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var (waiting, active) = (await house.Issue(), await house.Issue(validTo: server.Time.GetUtcNow().AddDays(20)));
        using var phone = new RawPhone(server);
        await phone.MustActivate(active.Code);
        server.Time.Advance(TimeSpan.FromDays(7));
        var now = server.Time.GetUtcNow();
        Assert.Equal(KeyState.InviteExpired, (await house.Key(waiting.MobileKeyId)).StateAt(now));
        Assert.Equal(KeyState.Active, (await house.Key(active.MobileKeyId)).StateAt(now));
        Assert.Equal(KeyState.Expired, (await house.Key(active.MobileKeyId)).StateAt(now.AddDays(13)));
        // An expired invitation is made good by a new code.
        Assert.Equal(HttpStatusCode.OK, (await house.Act(waiting.MobileKeyId, "new-code")).StatusCode);
        Assert.Equal(KeyState.Invited, (await house.Key(waiting.MobileKeyId)).StateAt(now));
    }

    [Theory, BothEngines]
    public async Task A_key_that_was_never_activated_is_over_with_its_validity_and_gets_no_code_before_it_is_given_more(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var waiting = await house.Issue(validTo: server.Time.GetUtcNow().AddHours(1));
        Assert.Equal((1, 1, "invited"), await Shown());
        server.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((0, 0, "expired"), await Shown());
        await Problem.Is(house.Act(waiting.MobileKeyId, "new-code"), "validity-over");
        Assert.Equal(1, await house.Read(db => db.Messages.CountAsync(m => m.CustomerId == house.Id, Cancel)));

        await house.Act(
            waiting.MobileKeyId, "validity", new { id = Guid.NewGuid(), validFrom = server.Time.GetUtcNow(), validTo = server.Time.GetUtcNow().AddDays(1) });
        Assert.Equal((1, 1, "invited"), await Shown());
        Assert.Equal(HttpStatusCode.OK, (await house.Act(waiting.MobileKeyId, "new-code")).StatusCode);

        // Those who wait: on the dashboard, behind the pill of the list; and the state in the list.
        async Task<(int Dashboard, int Pill, string? State)> Shown()
        {
            var dashboard = await server.Get<Acts>().Ask<DashboardAnswer>(
                house.Owner, house.Id, Role.Auditor, q => DashboardQuestion.Read(q, q.Now), Cancel);
            var counts = await server.Get<Acts>().Ask<Dictionary<UserFilter, Counted>>(house.Owner, house.Id, Role.Auditor, UserList.Count, Cancel);
            using var list = JsonDocument.Parse(await house.Api.GetStringAsync("/api/v1/users", Cancel));
            return (dashboard.Value!.Waiting.Number, counts.Value![UserFilter.Waiting].Number + counts.Value[UserFilter.CodeExpired].Number,
                list.RootElement.GetProperty("users")[0].GetProperty("keyState").GetString());
        }
    }

    [Theory, BothEngines]
    public async Task Every_act_stands_in_the_audit_chain_and_readers_are_told_where_they_must(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        await phone.MustActivate(invited.Code);
        foreach (var act in new[] { "suspend", "resume", "revoke" })
            Assert.Equal(HttpStatusCode.OK, (await house.Act(invited.MobileKeyId, act)).StatusCode);
        var entries = await house.Read(db => db.AuditEntries.AsNoTracking().Where(a => a.AccountId == house.Id).OrderBy(a => a.Seq).ToListAsync(Cancel));
        Assert.Equal(
            ["MakeApiToken", "IssueMobileKey", "ActivateMobileKey", "SuspendMobileKey", "ResumeMobileKey", "RevokeMobileKey"],
            entries.Select(e => e.Act));
        Assert.Null(AuditChain.FirstBreak(entries));
        entries[2].Payload += " ";
        Assert.Equal(3, AuditChain.FirstBreak(entries));
        var feed = await house.Read(db => db.FeedChanges.Where(f => f.CustomerId == house.Id).OrderBy(f => f.Seq).ToListAsync(Cancel));
        Assert.Equal([1L, 2L, 3L], feed.Where(f => f.SubjectId == invited.MobileKeyId).Select(f => f.Seq));
    }

    [Theory, BothEngines]
    public async Task Acts_at_once_leave_no_gap_in_chain_feed_or_numbers(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => house.Issue($"User {i}")));
        var numbers = await house.Read(db => db.MobileKeys.Where(k => k.CustomerId == house.Id).Select(k => k.KeyNumber).OrderBy(n => n).ToListAsync(Cancel));
        Assert.Equal(Enumerable.Range(0, 24), numbers);
        Assert.Null(AuditChain.FirstBreak(await house.Read(
            db => db.AuditEntries.AsNoTracking().Where(a => a.AccountId == house.Id).OrderBy(a => a.Seq).ToListAsync(Cancel))));
    }

    [Theory, BothEngines]
    public async Task Users_are_found_by_word_beginnings_and_paged_by_name(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        for (var i = 0; i < 60; i++)
            await house.Issue(new { id = Guid.NewGuid(), name = $"Řehoř {i:00}", notify = false });
        await house.Issue(new { id = Guid.NewGuid(), name = "Jana 100%_x", notify = false });
        async Task<JsonElement> Get(string query) =>
            JsonDocument.Parse(await house.Api.GetStringAsync("/api/v1/users" + query, Cancel)).RootElement;
        Assert.Equal(1, (await Get("?search=jana")).GetProperty("users").GetArrayLength());
        Assert.Equal(1, (await Get("?search=100%25_x")).GetProperty("users").GetArrayLength());
        Assert.Equal(0, (await Get("?search=ana")).GetProperty("users").GetArrayLength());
        Assert.Equal(1, (await Get("?search=rehor 07")).GetProperty("users").GetArrayLength());
        var first = await Get("");
        Assert.Equal(50, first.GetProperty("users").GetArrayLength());
        var second = await Get("?after=" + first.GetProperty("next").GetString());
        Assert.Equal(11, second.GetProperty("users").GetArrayLength());
        Assert.False(second.TryGetProperty("next", out var next) && next.ValueKind != JsonValueKind.Null);
        var names = first.GetProperty("users").EnumerateArray().Concat(second.GetProperty("users").EnumerateArray())
            .Select(u => u.GetProperty("name").GetString()!).ToList();
        Assert.Equal(61, names.Distinct().Count());
        Assert.Equal("Jana 100%_x", names[0]);
        await Problem.Is(house.Api.GetAsync("/api/v1/users?after=!", Cancel), "body-malformed", "after");
        await Problem.Is(house.Api.GetAsync("/api/v1/users?filter=nobody", Cancel), "setting-out-of-range", "filter");
    }
}
