using System.Text;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Link;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>Opens a door once, now, from the console.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Why">In the administrator's words, 3 to 200 characters; it stands in the event and in the audit.</param>
public sealed record OpenReaderRequest(Guid Id, string? Why);

/// <summary>What the reader decided.</summary>
/// <param name="Reason">Name of the reason, such as granted.</param>
/// <param name="Opened">Whether it opened.</param>
/// <param name="UnlockSeconds">For how long.</param>
public sealed record OpenReaderAnswer(string Reason, bool Opened, int? UnlockSeconds);

public sealed class OpenReader(Acts acts, Commands commands)
{
    public const int WhyCharsMin = 3;
    public const int WhyCharsMax = 200;

    /// <summary>What the event takes of who and why together.</summary>
    const int ByBytesMax = 100;

    public async Task<Outcome<OpenReaderAnswer>> Do(
        Actor actor, Guid customerId, Guid readerId, OpenReaderRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var why = request.Why?.Trim() ?? "";
        var first = false;
        // The audit row is durable before the door hears of it. A request sent again finds the row and opens nothing.
        var audited = await acts.Do<object, string>(
            nameof(OpenReader), actor, customerId, Role.DoorOperator, request.Id, new { readerId, request },
            async act =>
            {
                if (await act.FindReader(readerId) is not { } reader)
                    return Refusal.NotFound;
                if (await act.Forbids(Feature.RemoteOpening) is { } off)
                    return off;
                if (why.Length < WhyCharsMin)
                    return new Refused(Refusal.TextMissing, "why", "Say why, in a few words.");
                if (PlainText.Lint(why, WhyCharsMax, "why") is { } wrong)
                    return wrong;
                act.Audit(reader.Id, new { reader.Name, why });
                first = true;
                return act.ActorName;
            },
            cancel);
        if (!audited.Done)
            return audited.Refused;
        if (!first)
            return new Refused(Refusal.IdReused, "id", "This opening was asked for already. Ask anew to open once more.");
        var result = await commands.Send(customerId, readerId, new Command.Open(Cut(audited.Value, ByBytesMax), why), cancel);
        return result.Done
            ? new OpenReaderAnswer(result.Value.Reason.Name(), result.Value.Reason.IsGrant(), result.Value.UnlockSeconds)
            : result.Refused;
    }

    static string Cut(string text, int bytesMax)
    {
        var cut = text;
        while (Encoding.UTF8.GetByteCount(cut) > bytesMax)
            cut = cut[..^1];
        return char.IsHighSurrogate(cut.LastOrDefault()) ? cut[..^1] : cut;
    }
}

/// <summary>Lets a reader blink, so that somebody on site sees which one it is.</summary>
public sealed class IdentifyReader(Acts acts, Commands commands)
{
    public async Task<Outcome<bool>> Do(Actor actor, Guid customerId, Guid readerId, CancellationToken cancel)
    {
        var known = await acts.Ask<bool>(
            actor, customerId, Role.DoorOperator,
            async q => await q.Db.Readers.AnyAsync(
                r => r.CustomerId == q.AccountId && r.Id == readerId && r.State != ReaderState.Deleted, q.Cancel)
                ? true
                : Refusal.NotFound,
            cancel);
        return known.Done ? commands.Tell(customerId, readerId, new Command.Identify()) : known.Refused;
    }
}
