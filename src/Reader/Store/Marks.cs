namespace Latchkey.Reader.Store;

/// <summary>Small numbers that must survive: how often the reader started, what the server has, the time floor.</summary>
public static class Marks
{
    public const string Boot = "boot";
    public const string Floor = "floor";
    public const string Received = "received";
    public const string ExpiryReported = "expiry_reported";

    public static long Get(ReaderStore store, string name) =>
        store.First("SELECT value FROM marks WHERE name = $1", r => r.GetInt64(0), name);

    public static void Set(ReaderStore store, string name, long value) =>
        store.Run("INSERT INTO marks (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}
