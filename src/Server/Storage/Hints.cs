using System.Collections.Concurrent;

namespace Latchkey.Server.Storage;

public enum HintKind
{
    /// <summary>The site's feed grew.</summary>
    Feed,

    /// <summary>Events arrived.</summary>
    Events,

    /// <summary>A reader of the site linked, unlinked, applied a statement or was changed.</summary>
    Readers,

    /// <summary>A user, device or mobile key changed.</summary>
    Users,

    /// <summary>A mail was queued, sent, held up or came back.</summary>
    Messages,
}

/// <summary>
/// Tells listeners that there is something to look at. A hint carries no content and may get lost: whoever listens also
/// looks by itself now and then, so a lost hint costs time and never truth.
/// </summary>
public sealed class Hints
{
    readonly ConcurrentDictionary<Guid, Action<HintKind, Guid>> listeners = new();

    /// <summary>Something changed here: tell this process and, through the relay, the other replicas.</summary>
    public void Raise(HintKind kind, Guid customerId)
    {
        Relayed?.Invoke(kind, customerId);
        Hear(kind, customerId);
    }

    /// <summary>Something changed at another replica: tell this process.</summary>
    public void Hear(HintKind kind, Guid customerId)
    {
        foreach (var listener in listeners.Values)
            listener(kind, customerId);
    }

    /// <summary>The way to the other replicas; null where there is one process only.</summary>
    public Action<HintKind, Guid>? Relayed { get; set; }

    /// <summary>Listeners are called on the thread that raises: they set a flag and return.</summary>
    public IDisposable Listen(Action<HintKind, Guid> listener)
    {
        var id = Guid.NewGuid();
        listeners[id] = listener;
        return new Listening(this, id);
    }

    sealed class Listening(Hints hints, Guid id) : IDisposable
    {
        public void Dispose() => hints.listeners.TryRemove(id, out _);
    }
}
