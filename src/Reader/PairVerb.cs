using Latchkey.Reader.Link;
using Latchkey.Reader.Store;

namespace Latchkey.Reader;

internal static class PairVerb
{
    public static async Task<int> Run(string[] words)
    {
        var arguments = Arguments.Read(words, "--server", "--system-id", "--system-key", "--code", "--name", "--data");
        var request = arguments.Pairing;
        using var store = ReaderStore.Open(arguments.Data, tell: Console.Error.WriteLine);
        using var known = Known(store, arguments.Data);
        if (known is not null)
            throw new SetupException($"{arguments.Data} holds a reader already: {known.Name}. Another customer needs another folder.");
        await Pair(request, store);
        return 0;
    }

    /// <summary>Pairs unless it was done before.</summary>
    public static async Task Ensure(Arguments arguments)
    {
        using var store = ReaderStore.Open(arguments.Data, tell: Console.Error.WriteLine);
        using var known = Known(store, arguments.Data);
        if (known is null)
            await Pair(arguments.Pairing, store);
    }

    private static Identity? Known(ReaderStore store, string folder)
    {
        try
        {
            return Identity.Load(store);
        }
        catch (Exception fault) when (fault is not SetupException)
        {
            throw ReaderStore.Unusable(folder, fault);
        }
    }

    private static async Task Pair(PairingRequest request, ReaderStore store)
    {
        using var http = new HttpClient();
        using var identity = await Pairing.Pair(request, ReaderCore.Software, http, TimeProvider.System, Console.WriteLine, CancellationToken.None);
        identity.Save(store);
        Console.WriteLine($"paired {identity.Name}");
    }
}
