using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>Queues the mails that administrators get, in the transaction of the act that they tell of.</summary>
public sealed class AdministratorMails(Outbox outbox, Settings settings, TimeProvider time)
{
    const int SecretBytes = 32;

    /// <summary>A link in the place of every earlier one for the same purpose.</summary>
    /// <returns>Until when it works.</returns>
    internal Task<DateTimeOffset> Link(Act act, Membership membership, Administrator person, LinkPurpose purpose) =>
        Link(act.Db, membership.AccountId, membership.Id, person, purpose, act.ActorName, act.Cancel);

    /// <param name="by">Who sends it; null is somebody at the sign-in page.</param>
    internal async Task<DateTimeOffset> Link(
        Db db, Guid accountId, Guid membershipId, Administrator person, LinkPurpose purpose, string? by, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await db.AdministratorLinks.Where(l => l.AdministratorId == person.Id && l.Purpose == purpose && l.MembershipId == membershipId).ExecuteDeleteAsync(cancel);
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var endsAt = purpose == LinkPurpose.Invitation
            ? now.AddDays(AdministratorLink.InvitationLifeDays)
            : now.AddMinutes(AdministratorLink.NewPasswordLifeMinutes);
        db.AdministratorLinks.Add(new()
        {
            Hash = Hash(secret),
            Purpose = purpose,
            AdministratorId = person.Id,
            AccountId = accountId,
            MembershipId = membershipId,
            EndsAt = endsAt,
        });
        var account = await AccountName(db, accountId, cancel);
        // In the fragment: it reaches no server's log on the way, and no other site.
        var (kind, path) = purpose == LinkPurpose.Invitation ? (MessageKind.AdministratorInvited, "invitation") : (MessageKind.NewPasswordLink, "new-password");
        var mail = AdministratorMail.WithLink(
            kind, account, by, new Uri(settings.Origin, $"{path}#{secret}").ToString(), endsAt, await ZoneOf(db, accountId, cancel),
            person.Name, person.Email!, person.Language);
        outbox.Queue(db, accountId, kind, mail, null, null, endsAt, now);
        return endsAt;
    }

    internal async Task Added(Act act, Guid accountId, Administrator person)
    {
        var mail = AdministratorMail.Added(
            await AccountName(act.Db, accountId, act.Cancel), act.ActorName, new Uri(settings.Origin, "sign-in").ToString(),
            person.Name, person.Email!, person.Language);
        outbox.Queue(act.Db, accountId, MessageKind.AdministratorAdded, mail, null, null, null, act.Now);
    }

    /// <summary>
    /// Tells a person who has changed the own way in. Queued where the person works, whichever account below that was stepped into: its messages name nobody
    /// from above.
    /// </summary>
    internal async Task ChangedOwn(Act act, Administrator self, SignInChange change) =>
        await Changed(act.Db, await OwnChain.AccountOf(act.Db, self.Id, act.Now, act.Cancel) ?? act.CustomerId, self, change, self.Name, act.Cancel);

    /// <summary>Tells a person that the own way in was changed, and by whom.</summary>
    internal async Task Changed(Db db, Guid accountId, Administrator person, SignInChange change, string by, CancellationToken cancel)
    {
        var mail = AdministratorMail.Changed(
            await AccountName(db, accountId, cancel), change, by, new Uri(settings.Origin, "sign-in").ToString(), person.Name, person.Email!, person.Language);
        outbox.Queue(db, accountId, MessageKind.SignInChanged, mail, null, null, null, time.GetUtcNow());
    }

    // An account that is being opened stands in this transaction alone.
    static async Task<string> AccountName(Db db, Guid accountId, CancellationToken cancel) =>
        (await db.Accounts.FindAsync([accountId], cancel))!.Name;

    static async Task<string> ZoneOf(Db db, Guid accountId, CancellationToken cancel) =>
        (await db.Customers.FindAsync([accountId], cancel))?.TimeZone ?? "UTC";

    // 256 random bits: a plain hash is as good as a slow one.
    internal static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
