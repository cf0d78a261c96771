using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using NSec.Cryptography;

namespace Latchkey.Server.Accounts;

/// <summary>Passwords as Argon2id, 19 MiB and two passes, written in the PHC string form.</summary>
public sealed class Argon2 : IPasswordHasher<Administrator>
{
    const int SaltBytes = 16;
    const int HashBytes = 32;
    const int MemoryKib = 19 * 1024;
    const int Passes = 2;

    static readonly string Prefix = string.Create(CultureInfo.InvariantCulture, $"$argon2id$v=19$m={MemoryKib},t={Passes},p=1$");

    static readonly Argon2id Algorithm = new(new Argon2Parameters
    {
        DegreeOfParallelism = 1,
        MemorySize = MemoryKib,
        NumberOfPasses = Passes,
    });

    /// <summary>A hash that fits no password: checking against it costs what a real check costs, so that nobody learns who has an account.</summary>
    public static readonly string NobodysHash = Hash(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    public string HashPassword(Administrator user, string password) => Hash(password);

    static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return $"{Prefix}{Text(salt)}${Text(Algorithm.DeriveBytes(password, salt, HashBytes))}";
    }

    public PasswordVerificationResult VerifyHashedPassword(Administrator user, string hashedPassword, string providedPassword) =>
        Fits(hashedPassword, providedPassword) ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed;

    public static bool Fits(string hash, string password)
    {
        ArgumentNullException.ThrowIfNull(hash);
        if (!hash.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var parts = hash[Prefix.Length..].Split('$');
        return parts.Length == 2 && CryptographicOperations.FixedTimeEquals(
            Bytes(parts[1]), Algorithm.DeriveBytes(password, Bytes(parts[0]), HashBytes));
    }

    static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    static byte[] Bytes(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
