using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

static class NewKeyQuestion
{
    public static async Task<Outcome<NewKeyDefaults>> Read(Question q)
    {
        var customer = await q.Db.Customers.AsNoTracking().SingleAsync(c => c.AccountId == q.AccountId, q.Cancel);
        var levels = await q.Db.AccessLevels.AsNoTracking().Where(l => l.CustomerId == q.AccountId).OrderBy(l => l.Number)
            .Select(l => new LevelChoice(l.Id, l.Name, l.AllReaders, q.Db.AccessLevelReaders.Count(r => r.CustomerId == l.CustomerId && r.LevelId == l.Id)))
            .ToArrayAsync(q.Cancel);
        return new NewKeyDefaults(
            customer.KeyName, await UserNumbers.NextFree(q.Db, customer, q.Cancel), customer.CodeLifeHours, customer.DefaultValidTo,
            customer.Language, customer.SystemId, levels, SmsReady: false);
    }

    public static async Task<Outcome<KeyCredit>> CreditOf(Question q, Guid mobileKeyId) =>
        await q.Db.MobileKeys.Where(k => k.CustomerId == q.AccountId && k.Id == mobileKeyId).Select(k => (KeyCredit?)k.Credit).SingleOrDefaultAsync(q.Cancel) is { } credit
            ? credit
            : Refusal.NotFound;

    /// <summary>How a new key is doing while its dialog is open: the mail, and the phone.</summary>
    public static async Task<Outcome<KeyProgress>> Progress(Question q, Guid mobileKeyId)
    {
        var key = await q.Db.MobileKeys.AsNoTracking().Include(k => k.Device)
            .SingleOrDefaultAsync(k => k.CustomerId == q.AccountId && k.Id == mobileKeyId, q.Cancel);
        if (key is null)
            return Refusal.NotFound;
        var mail = await q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId && m.KeyId == mobileKeyId)
            .OrderByDescending(m => m.CreatedAt).FirstOrDefaultAsync(q.Cancel);
        return new KeyProgress(key.StateAt(q.Now), key.ActivatedAt, key.Device?.Name, mail?.Delivery, mail?.DoneAt, mail?.NextTryAt, mail?.Detail);
    }
}

public sealed record KeyProgress(
    KeyState State, DateTimeOffset? BoundAt, string? Device, Delivery? Mail, DateTimeOffset? MailAt, DateTimeOffset? NextTryAt, string? MailDetail);

/// <summary>What the dialog of a new mobile key starts from: the customer's defaults.</summary>
public sealed record NewKeyDefaults(
    string KeyName, int NextUserNumber, int CodeLifeHours, DateTimeOffset? ValidTo, string Language, string SystemId, LevelChoice[] Levels, bool SmsReady);

public sealed record LevelChoice(Guid Id, string Name, bool AllReaders, int Readers);
