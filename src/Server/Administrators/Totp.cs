using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Server.Administrators;

/// <summary>Codes of authenticator apps: RFC 6238 as every app knows it, HMAC-SHA-1, six digits, a new one each 30 seconds.</summary>
static class Totp
{
    public const int SecretBytes = 20;
    public const int StepSeconds = 30;
    public const int Digits = 6;

    /// <summary>Steps before and after the present one that count, for clocks that are a little off.</summary>
    public const int StepsAside = 1;

    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / StepSeconds;

    /// <param name="secret">Of any length; ours are <see cref="SecretBytes"/> long.</param>
    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The algorithm that apps agree on; HMAC doesn't rest on what is broken in SHA-1.
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, mac);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xf)..]) & 0x7fffffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The step that a code is of, if it counts now and is later than the last one used; else null.</summary>
    /// <param name="code">Digits; blanks between them don't matter.</param>
    public static long? StepOf(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastStep)
    {
        var typed = Encoding.UTF8.GetBytes(string.Concat(code.Where(c => !char.IsWhiteSpace(c))));
        long? found = null;
        for (var step = StepAt(now) - StepsAside; step <= StepAt(now) + StepsAside; step++)
        {
            // All of them, and each in constant time.
            if (CryptographicOperations.FixedTimeEquals(typed, Encoding.UTF8.GetBytes(Code(secret, step))) && step > lastStep)
                found ??= step;
        }
        return found;
    }

    /// <summary>What the QR picture holds.</summary>
    public static string Link(ReadOnlySpan<byte> secret, string email) =>
        $"otpauth://totp/Latchkey:{Uri.EscapeDataString(email)}?secret={Text(secret)}&issuer=Latchkey&algorithm=SHA1&digits={Digits}&period={StepSeconds}";

    /// <summary>For typing: base32.</summary>
    public static string Text(ReadOnlySpan<byte> secret)
    {
        var text = new StringBuilder();
        for (int bits = 0, held = 0, next = 0; next < secret.Length || held > 0;)
        {
            if (held < 5 && next < secret.Length)
                (bits, held) = ((bits << 8) | secret[next++], held + 8);
            else if (held < 5)
                (bits, held) = (bits << (5 - held), 5);
            held -= 5;
            text.Append(Base32[(bits >> held) & 31]);
            bits &= (1 << held) - 1;
        }
        return text.ToString();
    }
}
