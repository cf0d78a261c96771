using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>
/// Mails a link to whoever has forgotten the password. Known and unknown addresses get one answer in one time: what is asked is only put down, and looked at
/// afterwards. One network can't ask for everybody, and one mailbox is not filled.
/// </summary>
public sealed class AskForNewPassword(
    Store store, Throttle throttle, Outbox outbox, AdministratorMails mails, TimeProvider time, ILogger<AskForNewPassword> log) : BackgroundService
{
    /// <summary>Put down and not looked at yet; more are told to come back.</summary>
    public const int WaitingMax = 100;

    /// <summary>Asked for one address before a delay begins.</summary>
    public const int EachFree = 3;

    readonly Channel<string> waiting = Channel.CreateBounded<string>(WaitingMax);

    /// <summary>Whether a mail would go anywhere.</summary>
    public bool IsOpen => outbox.HasChannel;

    /// <returns>Null once it is put down.</returns>
    public async Task<Refused?> Do(string? email, string network, CancellationToken cancel)
    {
        if (!IsOpen)
            return new(Refusal.MailOff);
        if (string.IsNullOrWhiteSpace(email))
            return new(Refusal.EmailMissing, "email");
        if (!MailAddress.IsGood(email.Trim()))
            return new(Refusal.EmailWrong, "email");
        if (await throttle.TakeTry($"forgotten {network}", cancel) is { } seconds)
            return new(Refusal.SignInWait, RetryAfterSeconds: seconds);
        return waiting.Writer.TryWrite(email.Trim().ToUpperInvariant()) ? null : new(Refusal.SignInWait, RetryAfterSeconds: 1);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var normalized in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await Send(normalized, stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "A link to a new password could not be queued");
            }
        }
    }

    internal async Task Send(string normalized, CancellationToken cancel)
    {
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(normalized)).AsSpan(0, 16));
        if (await throttle.TakeTry($"forgotten {digest}", cancel, EachFree) is not null)
            return;
        var now = time.GetUtcNow();
        await store.Write(
            async db =>
            {
                if (await db.Administrators.AsNoTracking().Where(a => a.NormalizedEmail == normalized).Select(a => (Guid?)a.Id).SingleOrDefaultAsync(cancel) is not { } id
                    || await OwnChain.Lock(db, id, now, cancel) is not { } chain || (await Actor.AccountPath(db, chain.AccountId, cancel)).Count == 0)
                    return;
                var person = await db.Administrators.SingleAsync(a => a.Id == id, cancel);
                var place = await db.Memberships.Standing(now).Where(m => m.AccountId == chain.AccountId && m.AdministratorId == id).Select(m => m.Id).SingleAsync(cancel);
                await mails.Link(db, chain.AccountId, place, person, LinkPurpose.NewPassword, null, cancel);
                chain.Append(db, person, nameof(AskForNewPassword), null, now);
            },
            cancel);
    }
}
