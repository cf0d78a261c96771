namespace Latchkey.Reader.Store;

/// <summary>
/// Nonces of remote presentations and ids of commands, each good once. Kept until nothing dated that early would be taken
/// any more, so a replay meets either this table or the clock.
/// </summary>
public static class OnceOnly
{
    public static bool Seen(ReaderStore store, byte[] id) => store.First("SELECT 1 FROM once WHERE id = $1", _ => true, id);

    /// <summary>False when it was there already.</summary>
    public static bool Take(ReaderStore store, byte[] id, long until) =>
        store.Run("INSERT INTO once (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", id, until) == 1;

    public static void Forget(ReaderStore store, long now) => store.Run("DELETE FROM once WHERE until < $1", now);
}
