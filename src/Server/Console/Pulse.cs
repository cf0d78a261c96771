using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>The few numbers that stand on every page (menu, state pill), kept fresh while the circuit lives.</summary>
public sealed class Pulse(Workplace here, ReaderList readers, Watches watches) : IDisposable
{
    private static readonly TimeSpan AtLeastEach = TimeSpan.FromSeconds(10);
    private Watch? watch;

    public sealed record Beat(int Users, int MessagesNeedingHelp, int Readers, int ReadersUpToDate, int ReadersNeedingHelp);

    public Beat? Now { get; private set; }

    public event Action? Changed;

    /// <summary>The session does not stand any more: it ended by itself, or an administrator ended it elsewhere.</summary>
    public event Action? SignedOut;

    /// <summary>First numbers at once; then again whenever something changed.</summary>
    public async Task Start(bool keepFresh)
    {
        if (Now is null)
            await Look();
        if (keepFresh)
            watch ??= watches.Begin(here.AccountId, [HintKind.Feed, HintKind.Readers, HintKind.Users, HintKind.Messages], AtLeastEach, Look);
    }

    private async Task Look()
    {
        var asked = await here.Ask<Beat>(async q =>
        {
            var users = await q.Db.Users.CountAsync(u => u.CustomerId == q.AccountId && u.State != UserState.Deleted, q.Cancel);
            var messages = await q.Db.Messages.CountAsync(
                m => m.CustomerId == q.AccountId && (m.Delivery == Delivery.CameBack || m.Delivery == Delivery.HeldUp), q.Cancel);
            return new Beat(users, messages, 0, 0, 0);
        });
        if (asked.Refused?.Refusal == Refusal.SignedOut)
            SignedOut?.Invoke();
        if (here.Kind != AccountKind.Customer)
            return;
        var listed = await readers.Ask(here.Actor, here.CustomerId, CancellationToken.None);
        if (!asked.Done || !listed.Done)
            return;
        var beat = asked.Value with
        {
            Readers = listed.Value.Readers.Count,
            ReadersUpToDate = listed.Value.UpToDate,
            ReadersNeedingHelp = listed.Value.Readers.Count(r => r.NeedsAttention),
        };
        if (beat == Now)
            return;
        Now = beat;
        Changed?.Invoke();
    }

    public void Dispose() => watch?.Dispose();
}
