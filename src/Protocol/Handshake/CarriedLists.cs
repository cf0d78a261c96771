using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>Status lists that a phone holds for a site, to be carried to readers that know less.</summary>
/// <param name="Sequence">Theirs, as the server said; compared with what the reader says in M1.</param>
/// <param name="Lists">As issued.</param>
public sealed record CarriedLists(uint Sequence, IReadOnlyList<byte[]> Lists)
{
    /// <summary>Those that fit one sealed message; null when none does.</summary>
    internal StatusListsMessage? Message()
    {
        var fitting = new List<byte[]>();
        foreach (var list in Lists.Take(StatusListsMessage.ListsMax))
        {
            fitting.Add(list);
            if (list.Length == 0 || new StatusListsMessage(fitting).Write().Length > SealedChannel.MessageBytesMax)
                fitting.RemoveAt(fitting.Count - 1);
        }
        return fitting.Count == 0 ? null : new(fitting);
    }
}

/// <summary>Sealed message 02: status lists, ahead of the presentation (sealed-extension, "Messages"); not read here.</summary>
public sealed record StatusListsMessage(IReadOnlyList<byte[]> Lists)
{
    public const int ListsMax = 8;

    public byte[] Write() => Cbor.Write(writer =>
    {
        writer.WriteStartMap(1);
        writer.WriteInt32(1);
        writer.WriteStartArray(Lists.Count);
        foreach (var list in Lists)
            writer.WriteByteString(list);
        writer.WriteEndArray();
        writer.WriteEndMap();
    });

    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out StatusListsMessage? message) =>
        Cbor.TryRead(body, Read, out message);

    private static StatusListsMessage Read(CborSource source)
    {
        source.OpenMap();
        var message = new StatusListsMessage(source.Key(1).Array(ListsMax, item => item.Bytes(1, StatusList.BytesMax), min: 1));
        source.CloseMap();
        return message;
    }
}
