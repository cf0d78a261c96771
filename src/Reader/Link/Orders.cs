using System.Text;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Store;
using Latchkey.Reader.Transports;

namespace Latchkey.Reader.Link;

/// <summary>Carries out the server's commands: within their time, each once, over restarts too.</summary>
public sealed class Orders(Admission admission, Rules rules, ReaderStore store, DoorClock clock, TimeProvider time)
{
    /// <summary>Null when there is nothing to answer: too late, done before, or of a newer version.</summary>
    public ResultFrame? CarryOut(CommandFrame frame)
    {
        var began = time.GetTimestamp();
        var id = frame.Id.ToBytes();
        if (clock.Now >= frame.ExpiresAt || OnceOnly.Seen(store, id))
            return null;
        switch (frame.Command)
        {
            case Command.Present present:
                admission.Door.BeginDeciding();
                try
                {
                    var verdict = RemotePresentation.Present(admission, rules, frame.Id, present, time.GetElapsedTime(began));
                    return new(frame.Id, verdict.Reason.ToldAtDoor(), verdict.UnlockSeconds);
                }
                finally
                {
                    admission.Door.EndDeciding();
                }

            case Command.Open open:
                var opened = admission.OpenFromConsole(id, Words(open));
                return new(frame.Id, opened.Reason, opened.UnlockSeconds);
            case Command.Identify:
                if (!OnceOnly.Take(store, id, clock.Now + Admission.NonceSeconds))
                    return null;
                admission.Door.Identify();
                return new(frame.Id, Reason.Granted, UnlockSeconds: null);
            default:
                return null;
        }
    }

    // As much of who and why as an event holds.
    private static string Words(Command.Open open)
    {
        var words = open.Why.Length == 0 ? open.By : $"{open.By}: {open.Why}";
        while (Encoding.UTF8.GetByteCount(words) > EventPayload.TextBytesMax)
            words = words[..^Math.Max(1, (Encoding.UTF8.GetByteCount(words) - EventPayload.TextBytesMax) / 4)];
        // A pair cut in two would not be text.
        return char.IsHighSurrogate(words.Length > 0 ? words[^1] : ' ') ? words[..^1] : words;
    }
}
