using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>Sealed message 81: the reader's verdict, the only answer that a wallet believes (sealed-extension, "Messages").</summary>
/// <param name="Reason">As told at the door.</param>
/// <param name="Clock">The reader's time, seconds.</param>
/// <param name="UnlockSeconds">How long the door stays unlocked, 1 to 255; with a grant.</param>
/// <param name="WaitSeconds">When to try again; with <c>throttled</c>.</param>
public sealed record DoorResult(Reason Reason, long Clock, int? UnlockSeconds = null, long? WaitSeconds = null)
{
    private const int UnlockSecondsMax = 255;

    /// <summary>Room for reasons that a newer reader may know.</summary>
    private const int ReasonMax = 255;

    public byte[] Write() => Cbor.Write(writer =>
    {
        writer.WriteStartMap(2 + (UnlockSeconds is null ? 0 : 1) + (WaitSeconds is null ? 0 : 1));
        writer.Uint(1, (long)Reason).Uint(2, Clock).Uint(3, (long?)UnlockSeconds).Uint(4, WaitSeconds);
        writer.WriteEndMap();
    });

    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out DoorResult? result) =>
        Cbor.TryRead(body, Read, out result);

    private static DoorResult Read(CborSource source)
    {
        source.OpenMap();
        var result = new DoorResult(
            (Reason)source.Key(1).Uint(ReasonMax, min: 1),
            source.Key(2).Time(),
            source.HasKey(3) ? (int)source.Uint(UnlockSecondsMax, min: 1) : null,
            source.HasKey(4) ? source.Uint(UnixTime.End) : null);
        source.CloseMap();
        return result;
    }
}
