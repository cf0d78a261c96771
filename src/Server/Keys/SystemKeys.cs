using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Server.Keys;

/// <summary>System IDs and System Keys: what an installer types at a reader. Never a cryptographic key of a door.</summary>
public sealed class SystemKeys(SecretBox box)
{
    const string Purpose = "system-key";
    const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    const int KeyChars = 8;

    readonly byte[] requests = box.Derive("system key request");

    public static string DrawKey() => RandomNumberGenerator.GetString(Alphabet, KeyChars);

    /// <summary>Stands for a key in what is kept of a request: a plain hash of so short a text would soon be guessed.</summary>
    public string? Mac(Guid requestId, string? systemKey) =>
        systemKey is null ? null : Convert.ToHexString(HMACSHA256.HashData(requests, Encoding.UTF8.GetBytes($"{requestId:N} {systemKey}")));

    public byte[] Seal(Guid customerId, string systemKey) => box.Seal(Purpose, customerId, Encoding.UTF8.GetBytes(systemKey));

    public string Open(Guid customerId, byte[] systemKeySealed) => Encoding.UTF8.GetString(box.Open(Purpose, customerId, systemKeySealed));
}
