using Latchkey.Protocol.Wire;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>A code, as typed, scanned or taken from the link's fragment.</summary>
public sealed record CodeRequest(string? Code)
{
    // A record prints its members; a code is not for printing.
    public override string ToString() => "code (hidden)";
}

/// <summary>What a whole, right code stands for. Looking spends nothing.</summary>
/// <param name="Customer">Who gives the key.</param>
/// <param name="KeyName">What the wallet calls the key.</param>
/// <param name="Name">Whom it is for, as the administrator wrote it.</param>
/// <param name="Site">16 bytes in base64url: whose doors. A wallet holds one key of a site, so it can ask before another person's goes.</param>
/// <param name="UserId">The User ID of the person it is for.</param>
/// <param name="ValidFrom">Seconds; absent when it is valid already.</param>
/// <param name="ValidUntil">Seconds, exclusive; absent is without end.</param>
/// <param name="CodeEnds">Seconds: the end of the code.</param>
/// <param name="Demo">A demo system, unsafe.</param>
public sealed record LookAnswer(
    string Customer, string KeyName, string Name, string Site, int UserId, long? ValidFrom, long? ValidUntil, long CodeEnds, bool Demo);

sealed class Look(CodeLookup codes, Store store, TimeProvider time)
{
    public async Task<Outcome<LookAnswer>> Do(CodeRequest request, string network, CancellationToken cancel)
    {
        var code = CodeLookup.Read(request.Code);
        if (!code.Done)
            return code.Refused;
        await using var db = store.Open();
        var now = time.GetUtcNow();
        var found = await CodeLookup.WithKey(db, [codes.Hash(code.Value)]).AsNoTracking().FirstOrDefaultAsync(cancel);
        var customer = found is null
            ? null
            : await db.Customers.AsNoTracking().Include(c => c.Account).SingleAsync(c => c.AccountId == found.CustomerId, cancel);
        var lives = customer is not null && (await Actor.AccountPath(db, customer.AccountId, cancel)).Count > 0;
        var name = customer?.Account?.Name ?? "";
        if (CodeLookup.Judge(found, null, name, lives, now) is { } refused)
            return refused.Refusal == Refusal.CodeUnknown ? await codes.Unknown(code.Value, network, cancel) : refused;
        var key = found!.Key!;
        return new LookAnswer(
            name, customer!.KeyName, key.User!.Name, Binary.Text(SiteId.From(customer.AccountId).ToBytes()), key.User.Number,
            key.ValidFrom > now ? key.ValidFrom.ToUnix() : null, key.ValidTo?.ToUnix(), found.ExpiresAt.ToUnix(), customer.IsDemo);
    }
}
