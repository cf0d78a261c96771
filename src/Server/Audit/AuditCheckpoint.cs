using System.Buffers.Binary;

namespace Latchkey.Server.Audit;

/// <summary>
/// The installation's word that a chain stood so at that moment. Whoever can write the database could compute a whole chain anew, but not sign it: the key is sealed
/// under the master key, which is no part of the database.
/// </summary>
public sealed class AuditCheckpoint
{
    public required Guid AccountId { get; init; }

    /// <summary>The last entry it covers.</summary>
    public required long Seq { get; init; }

    /// <summary>The one before it; 0 is none.</summary>
    public required long PrevSeq { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Hash of the entry.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Which of the installation's keys signed.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>ECDSA with SHA-256 over P-256; 64 bytes, <c>r ‖ s</c>.</summary>
    public byte[] Signature { get; set; } = [];

    /// <summary>What is signed: <c>latchkey/1 audit checkpoint</c> and a zero byte, account (16), Seq (8), PrevSeq (8), At in milliseconds (8), Hash (32); numbers big-endian.</summary>
    public byte[] Signed()
    {
        var label = "latchkey/1 audit checkpoint\0"u8;
        var bytes = new byte[label.Length + 16 + 24 + Hash.Length];
        label.CopyTo(bytes);
        var rest = bytes.AsSpan(label.Length);
        AccountId.TryWriteBytes(rest, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(rest[16..], Seq);
        BinaryPrimitives.WriteInt64BigEndian(rest[24..], PrevSeq);
        BinaryPrimitives.WriteInt64BigEndian(rest[32..], At.ToUnixTimeMilliseconds());
        Hash.CopyTo(rest[40..]);
        return bytes;
    }
}
