using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Protocol.Credentials;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Audit;

/// <summary>Writes the audit chain of one account: no audit, no act.</summary>
static class AuditChain
{
    public const int SaltBytes = 16;
    public const int HashBytes = 32;

    /// <summary>The genesis of a new account's chain.</summary>
    public static AuditHead Begin(Guid accountId) => new() { AccountId = accountId, Hash = new byte[HashBytes] };

    /// <summary>
    /// Takes the lock of the account's chain. Acts on one account therefore run one after the other on both engines,
    /// and what an act has read stays true until it commits.
    /// </summary>
    public static async Task<AuditHead> Lock(Db db, Guid accountId, CancellationToken cancel)
    {
        await db.AuditHeads.Where(h => h.AccountId == accountId)
            .ExecuteUpdateAsync(s => s.SetProperty(h => h.Seq, h => h.Seq), cancel);
        return await db.AuditHeads.SingleAsync(h => h.AccountId == accountId, cancel);
    }

    /// <param name="through">The account above, in whose name the actor has come; null for one of the account itself.</param>
    /// <param name="from">The network address of the actor's sign-in; null is unknown.</param>
    public static void Append(
        Db db, AuditHead head, Guid actorId, string actorName, string act, Guid? subject, object? details, DateTimeOffset now, string? through = null, string? from = null)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var payload = JsonSerializer.Serialize(new { by = actorName, @as = through, from, details }, JsonSerializerOptions.Web);
        var digest = Digest(salt, payload);
        var at = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var entry = new AuditEntry
        {
            AccountId = head.AccountId,
            Seq = head.Seq + 1,
            At = at,
            ActorId = actorId,
            Act = act,
            SubjectId = subject,
            Salt = salt,
            Payload = payload,
            PayloadDigest = digest,
            PrevHash = head.Hash,
            Hash = Hash(head.AccountId, head.Seq + 1, at, actorId, act, subject, digest, head.Hash),
        };
        db.AuditEntries.Add(entry);
        head.Seq = entry.Seq;
        head.Hash = entry.Hash;
    }

    /// <summary>The first entry with which something is wrong, or null when the chain is whole.</summary>
    public static long? FirstBreak(IEnumerable<AuditEntry> entriesInOrder)
    {
        var check = new ChainCheck(Guid.Empty, [], new Dictionary<Guid, PublicKey>());
        return entriesInOrder.SelectMany(check.Next).FirstOrDefault()?.Seq;
    }

    internal static byte[] Digest(byte[] salt, string payload) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(payload)]);

    internal static byte[] Hash(AuditEntry entry) =>
        Hash(entry.AccountId, entry.Seq, entry.At, entry.ActorId, entry.Act, entry.SubjectId, entry.PayloadDigest, entry.PrevHash);

    static byte[] Hash(
        Guid account, long seq, DateTimeOffset at, Guid actor, string act, Guid? subject, byte[] digest, byte[] prev)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("latchkey/1 audit\0"u8);
        hash.AppendData(account.ToByteArray(bigEndian: true));
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(numbers, seq);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], at.ToUnixTimeMilliseconds());
        hash.AppendData(numbers);
        hash.AppendData(actor.ToByteArray(bigEndian: true));
        hash.AppendData((subject ?? Guid.Empty).ToByteArray(bigEndian: true));
        hash.AppendData(digest);
        hash.AppendData(prev);
        // Last, since it alone has no fixed length.
        hash.AppendData(Encoding.UTF8.GetBytes(act));
        return hash.GetHashAndReset();
    }
}
