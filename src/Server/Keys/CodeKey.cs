using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Server.Keys;

/// <summary>The key under which activation and pairing codes are stored: without it a copy of the database can't even be guessed at.</summary>
public sealed class CodeKey(SecretBox box)
{
    readonly byte[] key = box.Derive("code key");

    /// <summary>codes "At rest": the HMAC that stands for a code in the store.</summary>
    public byte[] Hash(string canonical) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes("latchkey/1 code\0" + canonical));
}
