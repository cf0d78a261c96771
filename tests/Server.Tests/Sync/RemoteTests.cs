using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Link;
using Latchkey.Server.Readers;
using Latchkey.Server.Activation;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Sync;

public class RemoteTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task A_remote_presentation_is_couriered_and_the_reader_decides(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        var nonce = await phone.Challenge();
        var opening = phone.Open(reader.Id, nonce);
        var command = await reader.Expect<CommandFrame>();
        var present = Assert.IsType<Command.Present>(command.Command);
        Assert.Equal(nonce, present.Nonce);
        Assert.Equal(phone.Document, present.Document);
        Assert.True(OpenProof.TryRead(present.Proof, out var proof) && proof.Verify(phone.Claims.Device));
        await reader.Send(new ResultFrame(command.Id, Reason.Granted, 5));

        using var response = await opening;
        Assert.Equal(new OpenAnswer((int)Reason.Granted, 5, null), await Site.Done<OpenAnswer>(response));
    }

    [Theory, BothEngines]
    public async Task What_the_phone_hears_is_what_is_told_at_the_door(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        var opening = phone.Open(reader.Id, await phone.Challenge());
        var command = await reader.Expect<CommandFrame>();
        await reader.Send(new ResultFrame(command.Id, Reason.BadSignature, null));
        using var response = await opening;
        Assert.Equal((int)Reason.UnknownCredential, (await Site.Done<OpenAnswer>(response)).Reason);
    }

    [Theory, BothEngines]
    public async Task A_challenge_works_once_and_only_the_servers_own(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        var nonce = await phone.Challenge();
        var opening = phone.Open(reader.Id, nonce);
        var command = await reader.Expect<CommandFrame>();
        await reader.Send(new ResultFrame(command.Id, Reason.Granted, 5));
        using var first = await opening;
        using var again = await phone.Open(reader.Id, nonce);
        using var madeUp = await phone.Open(reader.Id, Guid.NewGuid());

        Assert.Equal("nonce-unknown", await Site.Problem(again));
        Assert.Equal("nonce-unknown", await Site.Problem(madeUp));
    }

    [Theory, BothEngines]
    public async Task A_door_without_a_link_says_so_at_once(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Pair();
        using var phone = await site.NewPhone();
        using var offline = await phone.Open(reader.Id, await phone.Challenge());
        Assert.Equal("reader-offline", await Site.Problem(offline));
    }

    [Theory, BothEngines]
    public async Task A_reader_of_another_site_is_not_there(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var other = await site.House.NewSite("Beta");
        using var phone = await other.NewPhone();
        using var response = await phone.Open(reader.Id, await phone.Challenge());
        Assert.Equal("reader-unknown", await Site.Problem(response));
    }

    [Theory, BothEngines]
    public async Task No_answer_in_time_is_told_as_such(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        var opening = phone.Open(reader.Id, await phone.Challenge());
        var command = await reader.Expect<CommandFrame>();
        Assert.Equal(house.Time.GetUtcNow().ToUnixTimeSeconds() + LinkFrame.CommandSeconds, command.ExpiresAt);
        house.Time.Advance(TimeSpan.FromSeconds(LinkFrame.CommandSeconds));
        using var response = await opening;
        Assert.Equal("no-answer", await Site.Problem(response));
    }

    [Theory, BothEngines]
    public async Task Opening_from_the_console_is_audited_first_and_happens_once(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var id = Guid.NewGuid();
        var opening = site.Post<OpenReaderAnswer>($"/api/v1/readers/{reader.Id}/open", new { id, why = "Courier at the gate" });
        var command = await reader.Expect<CommandFrame>();
        var open = Assert.IsType<Command.Open>(command.Command);
        Assert.Equal(("tests", "Courier at the gate"), (open.By, open.Why));
        Assert.Equal(1, await Audited(site, nameof(OpenReader)));
        await reader.Send(new ResultFrame(command.Id, Reason.Granted, 5));
        Assert.Equal(new("granted", true, 5), await opening);

        Assert.Equal("id-reused", await site.Refused($"/api/v1/readers/{reader.Id}/open", new { id, why = "Courier at the gate" }));
        Assert.Equal("text-missing", await site.Refused($"/api/v1/readers/{reader.Id}/open", new { id = Guid.NewGuid(), why = " " }));
        Assert.Equal(1, await Audited(site, nameof(OpenReader)));
    }

    static Task<int> Audited(Site site, string act) =>
        site.Read(db => db.AuditEntries.CountAsync(a => a.AccountId == site.Id && a.Act == act));

    async Task<(Site Site, DoorReader Reader)> Linked(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        return (site, await new DoorReader(site).Ready());
    }
}
