using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Notices;

/// <summary>
/// Sends what waits in the outbox, at least once. A mail is taken by moving its next try on, so of several replicas one
/// sends it, and a crash in the middle costs one wait and no mail.
/// </summary>
sealed class MailPump(Store store, Outbox outbox, TimeProvider time, ILogger<MailPump> log, IMailSender? sender = null)
    : BackgroundService
{
    public const int BatchMax = 20;
    public const int DetailCharsMax = 300;
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A mail server that has not taken a mail by then is tried again later.</summary>
    public static readonly TimeSpan SendAtMost = TimeSpan.FromMinutes(2);

    /// <summary>How long a mail is its sender's: longer than a whole send, so that no other replica sends it meanwhile.</summary>
    public static readonly TimeSpan TakenFor = SendAtMost + TimeSpan.FromMinutes(1);

    const string TookTooLong = "The mail server took too long.";

    /// <summary>Waits between tries; after the last the mail counts as come back.</summary>
    public static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1),
        TimeSpan.FromHours(4), TimeSpan.FromHours(12), TimeSpan.FromHours(24),
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (sender is null)
            return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunOnce(stoppingToken) == BatchMax)
                {
                }
                await Task.Delay(Pause, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                log.LogError(fault, "The outbox could not be read; trying again");
                await Task.Delay(TakenFor, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Sends what is due now, at most one batch.</summary>
    public async Task<int> RunOnce(CancellationToken cancel)
    {
        if (sender is null)
            return 0;
        var now = time.GetUtcNow();
        await using var db = store.Open();
        var due = await db.Messages.AsNoTracking()
            .Where(m => (m.Delivery == Delivery.Queued || m.Delivery == Delivery.HeldUp) && m.NextTryAt <= now)
            .OrderBy(m => m.NextTryAt).Take(BatchMax).ToListAsync(cancel);
        foreach (var message in due)
            await SendOne(message, cancel);
        return due.Count;
    }

    async Task SendOne(Message message, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var until = now + TakenFor;
        var taken = await store.Write(
            db => db.Messages
                .Where(m => m.CustomerId == message.CustomerId && m.Id == message.Id && m.NextTryAt == message.NextTryAt
                    && (m.Delivery == Delivery.Queued || m.Delivery == Delivery.HeldUp))
                .ExecuteUpdateAsync(s => s.SetProperty(m => m.NextTryAt, until).SetProperty(m => m.Tries, m => m.Tries + 1), cancel),
            cancel);
        if (taken == 0)
            return;
        if (message.UselessFrom <= now)
        {
            await Done(message, until, Delivery.Stopped, null, cancel);
            return;
        }
        try
        {
            await Send(message, cancel);
            await Done(message, until, Delivery.Sent, null, cancel);
        }
        catch (MailRefused refused)
        {
            // The address is a person's; the log names the mail, the console shows the rest.
            log.LogWarning("Mail {Message} was not taken: {Words}", message.Id, Clean(refused.Message).Replace(message.To, "…", StringComparison.OrdinalIgnoreCase));
            if (refused.ForEver || message.Tries >= Waits.Length)
                await Done(message, until, Delivery.CameBack, Clean(refused.Message), cancel);
            else
                await HoldUp(message, until, time.GetUtcNow() + Waits[message.Tries], Clean(refused.Message), cancel);
        }
    }

    async Task Send(Message message, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(SendAtMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await sender!.Send(message.Id, outbox.Open(message), either.Token);
        }
        catch (OperationCanceledException ended) when (!cancel.IsCancellationRequested)
        {
            throw new MailRefused(TookTooLong, forEver: false, ended);
        }
    }

    // While it is still ours: another replica that took it since tells what became of it. One that was stopped meanwhile stays so, unless it went out.
    static IQueryable<Message> Mine(Db db, Message message, DateTimeOffset until, bool sent) => db.Messages.Where(
        m => m.CustomerId == message.CustomerId && m.Id == message.Id && m.NextTryAt == until && (sent || m.Delivery != Delivery.Stopped));

    async Task Done(Message message, DateTimeOffset until, Delivery delivery, string? detail, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var keep = delivery == Delivery.Sent && sender!.Keeps;
        await store.Write(
            db => Mine(db, message, until, delivery == Delivery.Sent)
                .ExecuteUpdateAsync(
                    s => s.SetProperty(m => m.Delivery, delivery).SetProperty(m => m.DoneAt, now).SetProperty(m => m.Detail, detail)
                        .SetProperty(m => m.BodySealed, m => keep ? m.BodySealed : null),
                    cancel),
            cancel);
    }

    async Task HoldUp(Message message, DateTimeOffset until, DateTimeOffset nextTry, string detail, CancellationToken cancel) => await store.Write(
        db => Mine(db, message, until, sent: false)
            .ExecuteUpdateAsync(
                s => s.SetProperty(m => m.Delivery, Delivery.HeldUp).SetProperty(m => m.NextTryAt, nextTry).SetProperty(m => m.Detail, detail),
                cancel),
        cancel);

    static string Clean(string words)
    {
        var clean = new string([.. words.Where(c => !char.IsControl(c))]);
        return clean.Length <= DetailCharsMax ? clean : clean[..DetailCharsMax];
    }
}
