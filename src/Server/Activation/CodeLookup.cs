using Latchkey.Protocol.Credentials;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using ActivationCode = Latchkey.Protocol.Credentials.ActivationCode;
using KeyState = Latchkey.Server.Users.KeyState;
using StoredCode = Latchkey.Server.Users.ActivationCode;

namespace Latchkey.Server.Activation;

/// <summary>Finds what a typed code stands for, and slows down whoever guesses.</summary>
public sealed class CodeLookup(CodeKey codeKey, Throttle throttle, Store store)
{
    /// <summary>Unknown codes from one network before the delay begins.</summary>
    public const int WrongPerNetwork = 20;

    /// <summary>Unknown codes with the same first four characters before the delay begins, whoever sends them.</summary>
    public const int WrongPerPrefix = 10;

    const int PrefixChars = 4;

    /// <summary>wallet-api "Activate" 2: the code as it was meant, or what is wrong with the typing.</summary>
    public static Outcome<ActivationCode> Read(string? typed)
    {
        if (ActivationCode.TryRead(typed, out var code, out var problem))
            return code;
        return problem.Refusal switch
        {
            CodeRefusal.Incomplete => new Refused(
                Refusal.CodeIncomplete, "code",
                FormattableString.Invariant($"This code is not complete: {problem.Expected} letters and digits, yours has {problem.Count}.")),
            CodeRefusal.TooLong => new Refused(
                Refusal.CodeMistyped, "code",
                FormattableString.Invariant($"This code is too long: {problem.Expected} letters and digits, yours has {problem.Count}.")),
            CodeRefusal.BadCharacter => new Refused(Refusal.CodeMistyped, "code", $"No code has the character {problem.Character}."),
            CodeRefusal.Mistyped => new Refused(Refusal.CodeMistyped, "code"),
        };
    }

    public byte[] Hash(ActivationCode code) => codeKey.Hash(code.Canonical);

    /// <summary>Whether the code was given to anybody; what it is worth is judged under the lock.</summary>
    public async Task<bool> IsKnown(byte[] hash, CancellationToken cancel)
    {
        await using var db = store.Open();
        return await db.ActivationCodes.AnyAsync(c => c.Hash == hash, cancel);
    }

    /// <summary>
    /// wallet-api "Activate" 3: what a well-formed code that nobody was given hears. Only these are counted and only these wait. A code that was given is
    /// always heard: it is too long to be guessed, and whoever shares its network must not be able to shut its holder out.
    /// </summary>
    public async Task<Refused> Unknown(ActivationCode code, string network, CancellationToken cancel)
    {
        var seconds = await throttle.WaitOrCount(
            [("code " + network, WrongPerNetwork), ("code-prefix " + code.Canonical[..PrefixChars], WrongPerPrefix)], cancel);
        return seconds is null ? new(Refusal.CodeUnknown) : new(Refusal.Throttled, RetryAfterSeconds: seconds);
    }

    /// <summary>wallet-api "Activate" 4 to 8, for the phone that shows <paramref name="device"/>; null looks without a phone.</summary>
    internal static Refused? Judge(StoredCode? code, PublicKey? device, string customer, bool customerLives, DateTimeOffset now)
    {
        if (code?.Key is not { } key || !customerLives)
            return new(Refusal.CodeUnknown);
        var state = KeyEnd.StateAt(key, now);
        if (code.UsedAt is null && code.StoppedAt is not null && !MobileKey.IsEnded(state) && state != KeyState.Revoking)
            return new(Refusal.CodeReplaced, Customer: customer);
        if (code.UsedAt is { } used)
        {
            var same = device is not null && key.Device?.PublicKey is { } bound && device.Span.SequenceEqual(bound);
            return same ? KeyEnd.Of(key, now, customer) : new(Refusal.CodeUsed, At: used, Customer: customer);
        }
        if (MobileKey.IsEnded(state) || state == KeyState.Revoking)
            return new(Refusal.KeyEnded, State: KeyEnd.Word(state), Customer: customer);
        // Its credit went back because it had ended, by the clock of another replica.
        if (code.ExpiresAt <= now || key.Credit == KeyCredit.GivenBack)
            return new(Refusal.CodeExpired, At: code.ExpiresAt, Customer: customer);
        return KeyEnd.Of(key, now, customer);
    }

    internal static IQueryable<StoredCode> WithKey(Db db, IEnumerable<byte[]> hashes) =>
        db.ActivationCodes.Where(c => hashes.Contains(c.Hash)).Include(c => c.Key!.User).Include(c => c.Key!.Device);
}
