using System.Security.Cryptography;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Customers;

/// <summary>Everything of a customer that its own administrators and its distributor's may see.</summary>
/// <param name="SystemIdPrint">Fingerprint of the System ID: 16 hexadecimal digits, keyed, so that nobody can find the text by trying.</param>
/// <param name="SystemKeyPrint">Of the System Key: 32 hexadecimal digits.</param>
/// <param name="Keys">That open now.</param>
/// <param name="Glasses">Who from above is let in now although the customer has shut the door.</param>
public sealed record CustomerAnswer(
    Guid Id, string Name, SystemType SystemType, string SystemId, string SystemIdPrint, string SystemKeyPrint, string DistributorCode, int LowestWalletAndroid,
    int LowestWalletIos, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt, Contact Contact, string KeyName, string? Prefix, DateTimeOffset? DefaultValidTo,
    bool AllowsDuplicateUserNumbers, bool OneTap, bool AutomaticIdentification, DistributorAccess DistributorAccess, string TimeZone, string Language, Counted Keys,
    int Readers, IReadOnlyList<GlassAnswer> Glasses);

/// <summary>Somebody from above who is in by a broken glass.</summary>
public sealed record GlassAnswer(string By, string Why, DateTimeOffset EndsAt);

public sealed class ReadCustomer(Acts acts, SystemKeys systemKeys, SecretBox box)
{
    const int SystemIdPrintBytes = 8;
    const int SystemKeyPrintBytes = 16;
    const int GlassesMax = 10;

    readonly byte[] key = box.Derive("system fingerprint");

    /// <param name="accountId">The customer itself, or its distributor.</param>
    public Task<Outcome<CustomerAnswer>> Ask(Actor actor, Guid accountId, Guid customerId, CancellationToken cancel) =>
        acts.Ask<CustomerAnswer>(actor, accountId, Role.Auditor, async q =>
        {
            var c = await q.Db.Customers.AsNoTracking().Of(q.AccountId, customerId).Include(x => x.Account).SingleOrDefaultAsync(cancel);
            if (c is null)
                return Refusal.NotFound;
            var code = await q.Db.Distributors.Where(d => d.AccountId == c.Account!.ParentId).Select(d => d.Code).SingleOrDefaultAsync(cancel);
            return new CustomerAnswer(
                c.AccountId, c.Account!.Name, c.IsDemo ? SystemType.Demo : SystemType.Live, c.SystemId, Print($"id {c.SystemId}", SystemIdPrintBytes),
                Print($"key {systemKeys.Open(customerId, c.SystemKeySealed)}", SystemKeyPrintBytes), code ?? "", c.LowestWalletAndroid, c.LowestWalletIos,
                c.Account.CreatedAt, c.Account.DeletedAt, c.Contact, c.KeyName, c.Prefix, c.DefaultValidTo, c.AllowsDuplicateUserNumbers, c.OneTap,
                c.AutomaticIdentification, c.DistributorAccess, c.TimeZone, c.Language,
                await Counted.Of(q.Db.MobileKeys.Where(k => k.CustomerId == customerId && k.State == KeyState.Active), cancel),
                await q.Db.Readers.CountAsync(r => r.CustomerId == customerId && r.State != ReaderState.Deleted, cancel),
                await q.Db.BrokenGlasses.AsNoTracking().Where(g => g.CustomerId == customerId && g.EndsAt > q.Now).OrderBy(g => g.EndsAt)
                    .Select(g => new GlassAnswer(q.Db.Administrators.Where(a => a.Id == g.AdministratorId).Select(a => a.Name).Single(), g.Why, g.EndsAt))
                    .Take(GlassesMax).ToListAsync(cancel));
        }, cancel);

    string Print(string text, int bytes) => Convert.ToHexString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)).AsSpan(0, bytes));
}
