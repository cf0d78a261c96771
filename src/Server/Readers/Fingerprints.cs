using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;

namespace Latchkey.Server.Readers;

static class Fingerprints
{
    /// <summary>What the console shows of a stored key; null where there is none yet.</summary>
    public static string? Of(byte[]? key) => PublicKey.TryRead(key, out var read) ? Fingerprint.Text(read) : null;
}
