using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Readers;

/// <summary>What readers are called: by people, and by their radio.</summary>
static class ReaderNames
{
    // As in codes: no letter that reads as a digit.
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const string Prefix = "LK-";
    const int Characters = 5;

    /// <summary>
    /// Names made from the key, such as LK-7QF2M: five characters of its fingerprint, then the next five. Endless, since
    /// past its end the fingerprint is hashed again.
    /// </summary>
    public static IEnumerable<string> ShortNames(PublicKey key)
    {
        for (var digest = key.Fingerprint; ; digest = SHA256.HashData(digest))
            for (var start = 0; start + Characters <= digest.Length; start += Characters)
                yield return string.Create(Prefix.Length + Characters, (digest, start), static (name, source) =>
                {
                    Prefix.CopyTo(name);
                    for (var i = 0; i < Characters; i++)
                        name[Prefix.Length + i] = Alphabet[source.digest[source.start + i] % Alphabet.Length];
                });
    }

    /// <summary>Names must also fit the bundle, which counts bytes.</summary>
    const int NameBytesMax = 64;

    public static Refused? Lint(string name)
    {
        var trimmed = name.Trim();
        if (trimmed.Length == 0)
            return new(Refusal.NameMissing, "name");
        return trimmed.Length > Reader.NameCharsMax || trimmed.Any(char.IsControl)
            || System.Text.Encoding.UTF8.GetByteCount(trimmed) > NameBytesMax
            ? new(Refusal.NameTooLong, "name", $"A reader's name has at most {Reader.NameCharsMax} characters, fewer with accents.")
            : null;
    }
}
