namespace Latchkey.Reader.Store;

/// <summary>The newest document serial seen of each key: an older document of the same key no longer opens here.</summary>
public static class SeenSerials
{
    public static uint? Newest(ReaderStore store, uint key) =>
        store.First("SELECT serial FROM serials WHERE key = $1", r => (uint?)r.GetInt64(0), (long)key);

    /// <summary>Never lowers. Called inside the write of the event that saw it.</summary>
    public static void Raise(ReaderStore store, uint key, uint serial) =>
        store.Run(
            "INSERT INTO serials (key, serial) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET serial = max(serial, excluded.serial)",
            (long)key,
            (long)serial);
}
