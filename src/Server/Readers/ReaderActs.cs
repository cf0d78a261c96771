using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>New settings of a reader; what is absent stays as it is.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">1 to 60 characters.</param>
/// <param name="InService">False: it opens for nobody until it is put back.</param>
/// <param name="UnlockSeconds">1 to 255.</param>
/// <param name="Ways">The ways it may be asked to open, such as bluetooth and internet.</param>
/// <param name="Presentation">How a phone is presented to it.</param>
/// <param name="SecondFactor">Whether the phone must be unlocked.</param>
/// <param name="OneTap">Whether an unlocked phone opens without a tap of its own.</param>
/// <param name="RangePercent">10, 40, 70 or 100.</param>
public sealed record UpdateReaderRequest(
    Guid Id, string? Name = null, bool? InService = null, int? UnlockSeconds = null, IReadOnlyList<string>? Ways = null,
    Presentation? Presentation = null, SecondFactor? SecondFactor = null, bool? OneTap = null, int? RangePercent = null);

public sealed class UpdateReader(Acts acts)
{
    public Task<Outcome<ReaderAnswer>> Do(
        Actor actor, Guid customerId, Guid readerId, UpdateReaderRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, ReaderAnswer>(
            nameof(UpdateReader), actor, customerId, Role.KeyManager, request.Id, new { readerId, request },
            async act =>
            {
                if (await act.FindReader(readerId) is not { } reader)
                    return Refusal.NotFound;
                if (Lint(request, out var ways) is { } refused)
                    return refused;
                reader.Name = request.Name?.Trim() ?? reader.Name;
                reader.State = request.InService switch
                {
                    true => ReaderState.InService,
                    false => ReaderState.OutOfService,
                    null => reader.State,
                };
                reader.UnlockSeconds = request.UnlockSeconds ?? reader.UnlockSeconds;
                reader.Ways = ways ?? reader.Ways;
                reader.Presentation = request.Presentation ?? reader.Presentation;
                reader.SecondFactor = request.SecondFactor ?? reader.SecondFactor;
                reader.OneTap = request.OneTap ?? reader.OneTap;
                reader.RangePercent = request.RangePercent ?? reader.RangePercent;
                await act.Tell(ChangeKind.Reader, reader.Id);
                act.Audit(reader.Id, request);
                return new ReaderAnswer(reader.Id, reader.ReaderId, reader.Name);
            },
            cancel);
    }

    static Refused? Lint(UpdateReaderRequest request, out Ways? ways)
    {
        ways = null;
        if (request.Name is not null && ReaderNames.Lint(request.Name) is { } name)
            return name;
        if (request.UnlockSeconds is < 1 or > Reader.UnlockSecondsMax)
            return new(Refusal.SettingOutOfRange, "unlockSeconds", $"Seconds from 1 to {Reader.UnlockSecondsMax}.");
        if (request.Ways is not null)
        {
            if (!WayNames.TryRead(request.Ways, out var read))
                return new(Refusal.SettingOutOfRange, "ways", "Ways are bluetooth, internet, qr, pass, nfc, badge, pin and console.");
            ways = read;
        }
        if (request.Presentation is { } presentation && !Enum.IsDefined(presentation))
            return new(Refusal.SettingOutOfRange, "presentation");
        if (request.SecondFactor is { } factor && !Enum.IsDefined(factor))
            return new(Refusal.SettingOutOfRange, "secondFactor");
        return request.RangePercent is not (null or 10 or 40 or 70 or 100)
            ? new(Refusal.SettingOutOfRange, "rangePercent", "A range is 10, 40, 70 or 100 percent.")
            : null;
    }
}

/// <summary>
/// Takes a reader away for ever: its last statement tells it to open for nobody, and phones refuse it. Its events stay.
/// </summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record DeleteReaderRequest(Guid Id);

public sealed class DeleteReader(Acts acts)
{
    public Task<Outcome<ReaderAnswer>> Do(
        Actor actor, Guid customerId, Guid readerId, DeleteReaderRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, ReaderAnswer>(
            nameof(DeleteReader), actor, customerId, Role.KeyManager, request.Id, new { readerId, request },
            async act =>
            {
                if (await act.FindReader(readerId) is not { } reader)
                    return Refusal.NotFound;
                reader.State = ReaderState.Deleted;
                reader.DeletedAt = act.Now;
                reader.DeletedSeq = await act.Tell(ChangeKind.Reader, reader.Id);
                reader.OpensUntil = await OpensUntil(act, reader);
                await act.Db.AccessLevelReaders.Where(h => h.CustomerId == customerId && h.ReaderId == readerId)
                    .ExecuteDeleteAsync(cancel);
                act.Audit(reader.Id, new { reader.Name, reader.ReaderId });
                return new ReaderAnswer(reader.Id, reader.ReaderId, reader.Name);
            },
            cancel);
    }

    // A phone that was online since the deletion refuses the reader, so only what was given out before can open it.
    static async Task<DateTimeOffset?> OpensUntil(Act act, Reader reader)
    {
        // Not by the documents that the store knows of: put back from a backup, it has forgotten some.
        var documents = await Customer.DocumentsEndBy(act.Db, act.CustomerId, act.Now, act.Cancel);
        return documents < reader.CertificateEndsAt ? documents : reader.CertificateEndsAt;
    }
}

/// <summary>Accepts that events of a reader are lost, so that it is shown no longer. What was lost stays in the audit.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="To">Highest number of the lost events, as shown: what was lost since is not accepted with it.</param>
public sealed record AcceptLostEventsRequest(Guid Id, long To);

public sealed class AcceptLostEvents(Acts acts)
{
    public Task<Outcome<ReaderAnswer>> Do(
        Actor actor, Guid customerId, Guid readerId, AcceptLostEventsRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, ReaderAnswer>(
            nameof(AcceptLostEvents), actor, customerId, Role.KeyManager, request.Id, new { readerId, request },
            async act =>
            {
                if (await act.FindReader(readerId) is not { } reader)
                    return Refusal.NotFound;
                // The row first: it is the lock of the reader's chain, and what is read then stays true until the commit.
                var chain = act.Db.ReaderChains.Where(c => c.CustomerId == customerId && c.ReaderId == readerId);
                await chain.ExecuteUpdateAsync(s => s.SetProperty(c => c.Seq, c => c.Seq), cancel);
                if (await chain.SingleOrDefaultAsync(c => c.Lost > 0 && c.LostTo == request.To, cancel) is not { } lost)
                    return new Refused(Refusal.NotFound, "to", "No such events are lost at this reader.");
                act.Audit(reader.Id, new { reader.Name, reader.ReaderId, lost.Lost, from = lost.LostFrom, to = lost.LostTo, at = lost.LostAt });
                (lost.Lost, lost.LostFrom, lost.LostTo, lost.LostAt) = (0, null, null, null);
                return new ReaderAnswer(reader.Id, reader.ReaderId, reader.Name);
            },
            cancel);
    }
}

static class FoundReader
{
    /// <summary>A reader of the act's customer that is not deleted.</summary>
    public static Task<Reader?> FindReader(this Act act, Guid readerId) => act.Db.Readers.SingleOrDefaultAsync(
        r => r.CustomerId == act.CustomerId && r.Id == readerId && r.State != ReaderState.Deleted, act.Cancel);
}
