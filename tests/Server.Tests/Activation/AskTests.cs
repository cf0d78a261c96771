using System.Net;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Activation;

/// <summary>Whom a person reaches who asks for a new code.</summary>
public class AskTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothEngines]
    public async Task The_owner_that_the_set_up_made_hears_who_asks(Engine engine)
    {
        var server = await houses.Own(engine);
        var code = await File.ReadAllTextAsync(Path.Combine(server.Get<Settings>().DataFolder, FirstSetup.FileName), Cancel);
        Assert.True((await server.Get<FirstSetup>().Do(
            new(code, "Alfa Reality", "Marie Kovářová", "marie@alfa.example", Site.Password, "Europe/Prague", "cs", "en"), "here", Cancel)).Done);
        await using var db = server.Store.Open();
        var (customer, owner) = (await db.Customers.SingleAsync(Cancel), await db.Administrators.SingleAsync(Cancel));
        var session = Session.Begin(owner.Id, server.Time.GetUtcNow());
        await server.Store.Write(write => Task.FromResult(write.Sessions.Add(session)), Cancel);
        var issued = await server.Get<IssueMobileKey>().Do(
            new(ActorKind.Administrator, owner.Id, owner.SecurityStamp!) { Session = session.Id }, customer.AccountId,
            new(Guid.NewGuid(), Name: "Jana Nováková", Notify: false), Cancel);
        server.Time.Advance(TimeSpan.FromHours(customer.CodeLifeHours));

        using var phone = new RawPhone(server);
        using var answer = await phone.Post("ask", new { code = issued.Value!.Code });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var told = await db.Messages.Where(m => m.Kind == MessageKind.AskedForNewCode).Select(m => new { m.CustomerId, m.To }).SingleAsync(Cancel);
        Assert.Equal((customer.AccountId, "marie@alfa.example"), (told.CustomerId, told.To));
    }

    [Theory, BothEngines]
    public async Task Managers_and_owners_of_the_nearest_account_are_told_once_a_day_and_auditors_never(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var site = await server.NewSite();
        var invited = await site.Invite();
        using var phone = new RawPhone(server);
        Task Ask() => phone.Post("ask", new { code = invited.Code });
        Task<string[]> Told() => site.Read(db => db.Messages
            .Where(m => m.CustomerId == site.Id && m.Kind == MessageKind.AskedForNewCode).OrderBy(m => m.CreatedAt).Select(m => m.To).ToArrayAsync(Cancel));
        await Add(site.Id, Role.Auditor, "auditor");
        var manager = await Add(site.Id, Role.KeyManager, "manager");
        var above = await Add(site.DistributorId, Role.KeyManager, "above");
        await Ask();
        Assert.Empty(await Told());

        server.Time.Advance(TimeSpan.FromDays(7));
        await Ask();
        await Ask();
        Assert.Equal([site.Email, manager], (await Told()).OrderBy(to => to != site.Email));

        // Only an auditor is left at the site.
        await Leave(site.Id, Role.Owner);
        await Leave(site.Id, Role.KeyManager);
        server.Time.Advance(TimeSpan.FromHours(24));
        await Ask();
        Assert.Equal([above], (await Told())[2..]);

        // Nobody to tell: that is no asking, and who comes later is told at once.
        await Leave(site.DistributorId, Role.KeyManager);
        server.Time.Advance(TimeSpan.FromHours(24));
        await Ask();
        Assert.Equal(3, (await Told()).Length);
        var late = await Add(site.Id, Role.KeyManager, "late");
        await Ask();
        Assert.Equal([late], (await Told())[3..]);

        async Task<string> Add(Guid account, Role role, string name)
        {
            var email = $"{name}-{Guid.NewGuid():N}@alfa.example";
            await server.Store.Write(
                db => Task.FromResult(OpenAccount.Administrator(db, account, role, name, email, Site.Password, server.Time.GetUtcNow())), Cancel);
            return email;
        }

        Task Leave(Guid account, Role role) => server.Store.Write(
            db => db.Memberships.Where(m => m.AccountId == account && m.Role == role).ExecuteDeleteAsync(Cancel), Cancel);
    }
}
