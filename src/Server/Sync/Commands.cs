using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Sync;

/// <summary>
/// Commands to linked readers. Each has an id, so that it is carried out once, and an end of seconds, so that nothing opens
/// late.
/// </summary>
public sealed class Commands(Links links, TimeProvider time)
{
    /// <summary>Commands that one reader may have before it; more is a jam that waiting does not mend.</summary>
    public const int WaitingMax = 32;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(LinkFrame.CommandSeconds);

    /// <summary>Sends one command and waits for what becomes of it: reader-offline, no-answer, or the reader's verdict.</summary>
    public async Task<Outcome<CommandResult>> Send(Guid customerId, Guid readerId, Command command, CancellationToken cancel)
    {
        if (links.Find(customerId, readerId) is not { } link)
            return Refusal.ReaderOffline;
        if (link.Commands.Count >= WaitingMax)
            return new Refused(Refusal.Throttled, RetryAfterSeconds: LinkFrame.CommandSeconds);
        var id = Guid.NewGuid();
        var answer = new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        link.Commands[id] = answer;
        try
        {
            link.Send(new CommandFrame(new(id), command, time.GetUtcNow().ToUnix() + LinkFrame.CommandSeconds).Write());
            return await answer.Task.WaitAsync(Patience, time, cancel);
        }
        catch (TimeoutException)
        {
            return Refusal.NoAnswer;
        }
        catch (TaskCanceledException) when (answer.Task.IsCanceled)
        {
            // The link ended under the command. Whether it was carried out, only the reader's events will tell.
            return Refusal.NoAnswer;
        }
        finally
        {
            link.Commands.TryRemove(id, out _);
        }
    }

    /// <summary>Sends a command whose only answer is what the door does.</summary>
    public Outcome<bool> Tell(Guid customerId, Guid readerId, Command command)
    {
        if (links.Find(customerId, readerId) is not { } link)
            return Refusal.ReaderOffline;
        link.Send(new CommandFrame(new(Guid.NewGuid()), command, time.GetUtcNow().ToUnix() + LinkFrame.CommandSeconds).Write());
        return true;
    }
}
