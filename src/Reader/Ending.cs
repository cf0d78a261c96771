using System.Runtime.InteropServices;

namespace Latchkey.Reader;

/// <summary>When the program is to end: asked by a signal, or, where that was wished, when its standard input ends.</summary>
internal sealed class Ending : IDisposable
{
    // Not disposed: the thread at the input may be about to say so.
    private readonly CancellationTokenSource asked = new();
    private readonly PosixSignalRegistration terminate;
    private readonly PosixSignalRegistration interrupt;

    public Ending(Arguments arguments)
    {
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        if (arguments.Has("--until-input-ends"))
            new Thread(UntilInputEnds) { IsBackground = true }.Start();
    }

    public CancellationToken Asked => asked.Token;

    /// <summary>Returns once it was asked for.</summary>
    public async Task Wait()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Asked.Register(told.SetResult);
        await told.Task;
    }

    public void Dispose()
    {
        terminate.Dispose();
        interrupt.Dispose();
    }

    private void Ask(PosixSignalContext signal)
    {
        signal.Cancel = true;
        asked.Cancel();
    }

    // The input of a program ends with the one who holds its other end, however that one ended: no pairing is left behind.
    private void UntilInputEnds()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }

        asked.Cancel();
    }
}
