using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Tests.Setting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

/// <summary>What tests of administrators do.</summary>
static partial class Persons
{
    public const string Chosen = "four quite other words";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string NewEmail() => $"{Guid.NewGuid():N}@persons.example";

    /// <summary>An owner of an account, signed in.</summary>
    public static async Task<Actor> NewOwner(this House house, Guid accountId, string? email = null)
    {
        var now = house.Time.GetUtcNow();
        Administrator owner = null!;
        Session session = null!;
        await house.Store.Write(
            db =>
            {
                owner = OpenAccount.Administrator(db, accountId, Role.Owner, "Owen Above", email ?? NewEmail(), Site.Password, now);
                db.Sessions.Add(session = Session.Begin(owner.Id, now));
                return Task.CompletedTask;
            },
            Cancel);
        return new(ActorKind.Administrator, owner.Id, owner.SecurityStamp!) { Session = session.Id };
    }

    public static Task<Outcome<InviteAdministratorAnswer>> Invite(this House house, Actor actor, Guid accountId, NewAdministrator who, Guid? id = null) =>
        house.Get<InviteAdministrator>().Do(actor, accountId, new(id ?? Guid.NewGuid(), who), Cancel);

    public static async Task<AdministratorAnswer> Listed(this House house, Actor actor, Guid accountId, Guid membershipId) =>
        (await house.Get<ListAdministrators>().Ask(actor, accountId, Cancel)).Value!.Administrators.Single(a => a.MembershipId == membershipId);

    /// <summary>The newest mail of a kind to an address.</summary>
    public static async Task<Mail?> MailTo(this House house, string email, MessageKind kind)
    {
        await using var db = house.Store.Open();
        var messages = await db.Messages.AsNoTracking().Where(m => m.To == email && m.Kind == kind).ToListAsync(Cancel);
        var newest = messages.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).FirstOrDefault();
        return newest?.BodySealed is null ? null : house.Get<Outbox>().Open(newest);
    }

    /// <summary>What stands in the fragment of the link in that mail.</summary>
    public static async Task<string> SecretTo(this House house, string email, MessageKind kind = MessageKind.AdministratorInvited) =>
        Fragment.Match((await house.MailTo(email, kind))!.Text).Groups[1].Value;

    /// <summary>Signs in without a browser; gives the cookies that were set.</summary>
    public static async Task<(Refused? Refused, string Cookies)> SignIn(this House house, string email, string password, string address = "192.0.2.10")
    {
        await using var scope = house.Services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        var answer = await house.Get<SignIn>().Do(http, email, password, Cancel);
        return (answer.Refused, http.Response.Headers.SetCookie.ToString());
    }

    /// <summary>Fills in a form of a page that needs no script.</summary>
    public static async Task<HttpResponseMessage> Send(this HttpClient client, string page, string form, Dictionary<string, string> fields)
    {
        var shown = await client.GetStringAsync(page, Cancel);
        return await client.Answer(shown, page, form, fields);
    }

    /// <summary>The same where the page was shown already.</summary>
    public static Task<HttpResponseMessage> Answer(this HttpClient client, string shown, string page, string form, Dictionary<string, string> fields)
    {
        var sent = new Dictionary<string, string>(fields)
        {
            ["_handler"] = form,
            ["__RequestVerificationToken"] = WebUtility.HtmlDecode(AntiforgeryToken.Match(shown).Groups[1].Value),
        };
        return client.PostAsync(page, new FormUrlEncodedContent(sent), Cancel);
    }

    public static Task<string> Text(this HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancel);

    [GeneratedRegex("#([A-Za-z0-9_-]{43})")]
    private static partial Regex Fragment { get; }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken { get; }
}
