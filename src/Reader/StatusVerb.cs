using System.Globalization;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Store;

namespace Latchkey.Reader;

internal static class StatusVerb
{
    public static int Run(string[] words)
    {
        var folder = Arguments.Read(words, "--data").Data;
        if (!ReaderStore.Exists(folder))
            return NotPaired(folder);
        // Looks on while the reader runs.
        using var store = ReaderStore.Open(folder, shared: true);
        try
        {
            return Say(store, folder);
        }
        catch (Exception fault) when (fault is not SetupException)
        {
            throw ReaderStore.Unusable(folder, fault);
        }
    }

    private static int Say(ReaderStore store, string folder)
    {
        using var identity = Identity.Load(store);
        if (identity is null)
            return NotPaired(folder);

        var rules = store.First("SELECT epoch, seq, expires, bundle FROM rules", row =>
            (Epoch: row.GetInt64(0), Seq: row.GetInt64(1), Expires: row.GetInt64(2), Bundle: row.GetFieldValue<byte[]>(3)));
        var newest = store.First("SELECT max(seq) FROM events", row => row.IsDBNull(0) ? 0 : row.GetInt64(0));
        var name = rules.Bundle is not null && Bundle.TryRead(rules.Bundle, out var bundle) ? bundle.Settings.Name : identity.Name;
        Line("name", name);
        Line("reader", identity.Reader.ToString());
        Line("fingerprint", Fingerprint.Text(identity.AtTheDoor.Key.Public));
        Line("site", identity.Site.ToString());
        Line("link", identity.Link.ToString());
        Line("bundle", rules.Bundle is null ? "none yet" : $"{rules.Epoch} · {rules.Seq}, good until {DateTimeOffset.FromUnixTimeSeconds(rules.Expires):u}");
        Line("starts", Marks.Get(store, Marks.Boot).ToString(CultureInfo.InvariantCulture));
        Line("events", $"{newest}, {newest - Marks.Get(store, Marks.Received)} to send");
        Line("store", store.IsSound() ? "sound" : "damaged");
        return 0;
    }

    private static int NotPaired(string folder)
    {
        Console.WriteLine($"not paired: there is no reader in {folder}");
        return 1;
    }

    private static void Line(string what, string value) => Console.WriteLine($"{what,-12} {value}");
}
