using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;
using PairingCode = Latchkey.Protocol.Credentials.ActivationCode;

namespace Latchkey.Server.Readers;

/// <summary>A reader asks to belong to the customer whose code was typed into it (reader-link, pairing 2).</summary>
/// <param name="Code">As typed.</param>
/// <param name="SystemId">As typed.</param>
/// <param name="PublicKey">base64url, the compressed point, 33 bytes.</param>
/// <param name="Mac">base64url, 32 bytes: the proof of the System Key, which is never sent.</param>
/// <param name="Name">What the reader calls itself, at most 60 characters.</param>
/// <param name="Software">What it runs, at most 64 characters.</param>
public sealed record AskForPairingRequest(
    string? Code, string? SystemId, string? PublicKey, string? Mac, string? Name = null, string? Software = null)
{
    // A record prints its members; a code is not for printing.
    public override string ToString() => $"pairing of {SystemId}";
}

/// <param name="Pairing">Secret, base64url, 128 bits: with it the reader asks how its pairing stands.</param>
/// <param name="Fingerprint">Of the reader's key; the console shows the same.</param>
public sealed record AskForPairingAnswer(string Pairing, string Fingerprint)
{
    public override string ToString() => $"pairing of {Fingerprint}";
}

/// <summary>Takes a reader's request and keeps it until an administrator has compared the fingerprint.</summary>
public sealed class AskForPairing(
    Store store, CodeKey codeKey, SecretBox box, SystemKeys systemKeys, Throttle throttle, Hints hints, TimeProvider time)
{
    public const int SoftwareCharsMax = 64;
    const int SecretBytes = 16;

    internal const string CodePurpose = "pairing-code";

    public async Task<Outcome<AskForPairingAnswer>> Do(
        IPAddress? from, AskForPairingRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!TryBase64(request.PublicKey, out var point) || !PublicKey.TryRead(point, out var key))
            return new Refused(Refusal.BodyMalformed, "publicKey", "A public key is a compressed P-256 point in base64url.");
        if (!TryBase64(request.Mac, out var mac) || mac.Length != PairingProof.Bytes)
            return new Refused(Refusal.BodyMalformed, "mac", "A proof has 32 bytes in base64url.");
        if ((PlainText.Lint(request.Name?.Trim(), Reader.NameCharsMax, "name", Refusal.NameTooLong)
            ?? PlainText.Lint(request.Software, SoftwareCharsMax, "software")) is { } wrong)
            return wrong;
        if (!PairingCode.TryReadPairing(request.Code, out var code, out _))
            return new Refused(Refusal.CodeMistyped, "code", "A pairing code has 12 letters and digits. Compare it with the console.");

        var hash = codeKey.Hash(code.Canonical);
        // A code that nobody was given is counted for its network, and only such a one waits there: a code is too long to be guessed, and whoever shares its network
        // must not be able to shut its reader out.
        if (!await IsKnown(hash, cancel))
            return await throttle.WaitOrCount($"pairing {Throttle.Network(from)}", cancel) is { } wait
                ? new Refused(Refusal.Throttled, RetryAfterSeconds: wait)
                : new Refused(Refusal.PairingCodeUnknown, "code");
        // System ID and System Key are short enough to be guessed by whoever has the code.
        var subject = $"pairing code {Convert.ToHexString(hash)}";
        if (await throttle.TakeTry(subject, cancel) is { } seconds)
            return new Refused(Refusal.Throttled, RetryAfterSeconds: seconds);

        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        Guid? customerId = null;
        var outcome = await store.Write<Outcome<AskForPairingAnswer>>(
            async db =>
            {
                var now = time.GetUtcNow();
                // The same reader may ask again when the answer to its first request got lost.
                var pairing = await db.ReaderPairings.Where(p => p.CodeHash == hash && p.ExpiresAt > now)
                    .SingleOrDefaultAsync(p => p.State == PairingState.Open || p.State == PairingState.Asked, cancel);
                if (pairing is null || (pairing.State == PairingState.Asked && !key.Span.SequenceEqual(pairing.PublicKey)))
                    return new Refused(Refusal.PairingCodeUnknown, "code");
                var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.AccountId == pairing.CustomerId, cancel);
                if (!Fits(customer, code.Canonical, request.SystemId ?? "", key, mac))
                    return new Refused(Refusal.PairingProofWrong, "systemId");
                if ((await Actor.AccountPath(db, customer.AccountId, cancel)).Count == 0)
                    return new Refused(Refusal.PairingCodeUnknown, "code");
                pairing.State = PairingState.Asked;
                pairing.PublicKey = key.ToBytes();
                pairing.SecretHash = SHA256.HashData(secret);
                pairing.CodeSealed = box.Seal(CodePurpose, pairing.Id, Encoding.ASCII.GetBytes(code.Canonical));
                pairing.ReaderName = string.IsNullOrWhiteSpace(request.Name) || ReaderNames.Lint(request.Name) is not null
                    ? null
                    : request.Name.Trim();
                pairing.Software = request.Software;
                pairing.AskedAt = now;
                customerId = pairing.CustomerId;
                return new AskForPairingAnswer(Base64Url.EncodeToString(secret), Fingerprint.Text(key));
            },
            o => o.Done, cancel);
        if (outcome.Refused?.Refusal != Refusal.PairingProofWrong)
            await throttle.TakeBack(subject, cancel);
        if (customerId is { } known)
            hints.Raise(HintKind.Readers, known);
        return outcome;
    }

    async Task<bool> IsKnown(byte[] hash, CancellationToken cancel)
    {
        await using var db = store.Open();
        var now = time.GetUtcNow();
        return await db.ReaderPairings.AnyAsync(
            p => p.CodeHash == hash && p.ExpiresAt > now && (p.State == PairingState.Open || p.State == PairingState.Asked), cancel);
    }

    // The System Key is opened here and nowhere else; a wrong System ID and a wrong System Key look alike.
    bool Fits(Customer customer, string code, string systemId, PublicKey key, byte[] mac)
    {
        var systemKey = systemKeys.Open(customer.AccountId, customer.SystemKeySealed);
        var idFits = CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(systemId), Encoding.UTF8.GetBytes(customer.SystemId));
        return idFits & PairingProof.Fits(mac, PairingProof.OfRequest(systemKey, code, customer.SystemId, key));
    }

    static bool TryBase64(string? text, out byte[] bytes)
    {
        bytes = [];
        if (text is null || !Base64Url.IsValid(text))
            return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }
}
