using Latchkey.Server.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Tests.Setting;

/// <summary>Administrators at any level, signed in.</summary>
static class People
{
    public static async Task<Actor> NewAdministrator(this House house, Guid accountId, Role role = Role.Owner, string name = "Dan Lindström")
    {
        var now = house.Time.GetUtcNow();
        Actor actor = null!;
        await house.Store.Write(
            db =>
            {
                var person = OpenAccount.Administrator(db, accountId, role, name, $"{Guid.NewGuid():N}@nordic.example", Site.Password, now);
                var session = Session.Begin(person.Id, now);
                db.Sessions.Add(session);
                actor = new(ActorKind.Administrator, person.Id, person.SecurityStamp!) { Session = session.Id };
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return actor;
    }

    public static Task<Guid> ParentOf(this Site site, Guid account) =>
        site.Read(db => db.Accounts.Where(a => a.Id == account).Select(a => a.ParentId!.Value).SingleAsync());
}
