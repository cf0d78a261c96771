using Latchkey.Reader.Link;
using Latchkey.Reader.Store;

namespace Latchkey.Reader;

internal static class PairVerb
{
    public static async Task<int> Run(string[] words)
    {
        var arguments = Arguments.Read(words, "--server", "--system-id", "--system-key", "--code", "--name", "--data", "--until-input-ends");
        var request = arguments.Pairing;
        using var store = ReaderStore.Open(arguments.Data, tell: Console.Error.WriteLine);
        using var known = Known(store, arguments.Data);
        if (known is not null)
            throw new SetupException($"{arguments.Data} holds a reader already: {known.Name}. Another customer needs another folder.");
        using var ending = new Ending(arguments);
        await Pair(request, store, ending.Asked);
        return 0;
    }

    /// <summary>Pairs unless it was done before.</summary>
    public static async Task Ensure(Arguments arguments, CancellationToken ended)
    {
        using var store = ReaderStore.Open(arguments.Data, tell: Console.Error.WriteLine);
        using var known = Known(store, arguments.Data);
        if (known is null)
            await Pair(arguments.Pairing, store, ended);
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

    private static async Task Pair(PairingRequest request, ReaderStore store, CancellationToken ended)
    {
        using var http = new HttpClient();
        try
        {
            using var identity = await Pairing.Pair(request, ReaderCore.Software, http, TimeProvider.System, Console.WriteLine, ended);
            identity.Save(store);
            Console.WriteLine($"paired {identity.Name}");
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            throw new SetupException("Ended before the pairing was. Ask for a new code in the console.");
        }
    }
}
