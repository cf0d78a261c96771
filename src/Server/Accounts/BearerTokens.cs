using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Latchkey.Server.Accounts;

/// <summary>A new bearer token for the REST API.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">What it is for, 1 to 80 characters.</param>
/// <param name="Role">What it may do in this customer.</param>
/// <param name="EndsAt">It works until this moment, exclusive; absent is until it is revoked. One that a token makes ends with its maker at the latest.</param>
public sealed record MakeApiTokenRequest(Guid Id, string Name, Role Role = Role.KeyManager, DateTimeOffset? EndsAt = null);

/// <summary>The token, shown this once.</summary>
/// <param name="EndsAt">Exclusive; absent is without end.</param>
public sealed record MakeApiTokenAnswer(Guid ApiTokenId, string Token, DateTimeOffset? EndsAt = null)
{
    // A record prints its members; a token is not for printing.
    public override string ToString() => $"API token {ApiTokenId}";
}

public sealed class MakeApiToken(Acts acts)
{
    public Task<Outcome<MakeApiTokenAnswer>> Do(Actor actor, Guid customerId, MakeApiTokenRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<MakeApiTokenRequest, MakeApiTokenAnswer>(
            nameof(MakeApiToken), actor, customerId, Role.Owner, request.Id, request,
            async act =>
            {
                if (await act.Taken<ApiToken>(request.Id) is { } taken)
                    return taken;
                if (string.IsNullOrWhiteSpace(request.Name))
                    return new Refused(Refusal.NameMissing, "name");
                if (request.Name.Trim().Length > ApiToken.NameCharsMax || request.Name.Any(char.IsControl))
                    return new Refused(Refusal.NameTooLong, "name");
                if (!Enum.IsDefined(request.Role))
                    return new Refused(Refusal.SettingOutOfRange, "role");
                if (request.EndsAt <= act.Now)
                    return new Refused(Refusal.ValidityOver, "endsAt");
                if (!await act.Db.Customers.AnyAsync(c => c.AccountId == customerId, cancel))
                    return Refusal.NotFound;
                // An end would be none if its token could make an endless one. The role needs no such care: only an Owner gets here, and nothing is above it.
                var makerEnds = actor.Kind == ActorKind.ApiToken
                    ? await act.Db.ApiTokens.Where(t => t.CustomerId == customerId && t.Id == actor.Id).Select(t => t.EndsAt).SingleAsync(cancel)
                    : null;
                var endsAt = makerEnds is { } last && (request.EndsAt is not { } asked || asked > last) ? last : request.EndsAt;
                var text = BearerTokens.Prefix + Base64Url(RandomNumberGenerator.GetBytes(BearerTokens.SecretBytes));
                act.Db.ApiTokens.Add(new()
                {
                    CustomerId = customerId,
                    Id = request.Id,
                    Name = request.Name.Trim(),
                    Hash = BearerTokens.Hash(text),
                    Role = request.Role,
                    CreatedBy = act.ActorId,
                    CreatedAt = act.Now,
                    EndsAt = endsAt,
                });
                act.Audit(request.Id, new { request.Name, request.Role, endsAt });
                return new MakeApiTokenAnswer(request.Id, text, endsAt);
            },
            cancel);
    }

    static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}

/// <summary>Signs a request in by its bearer token. The token names its customer; nothing else in the request does.</summary>
public sealed class BearerTokens(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Store store, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";
    public const string Prefix = "lk_";
    public const int SecretBytes = 32;

    /// <summary>A use is noted at most so often, so that a busy program costs one write a minute and not one a request.</summary>
    public static readonly TimeSpan UsedNotedEach = TimeSpan.FromMinutes(1);

    // 256 random bits: a plain hash is as good as a slow one.
    internal static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer " + Prefix, StringComparison.Ordinal))
            return AuthenticateResult.NoResult();
        var hash = Hash(header["Bearer ".Length..]);
        var now = time.GetUtcNow();
        await using var db = store.Open();
        var token = await db.ApiTokens.AsNoTracking().Where(t => t.Hash == hash && t.RevokedAt == null && (t.EndsAt == null || t.EndsAt > now))
            .Select(t => new { t.Id, t.CustomerId, t.LastUsedAt }).FirstOrDefaultAsync(Context.RequestAborted);
        if (token is null)
            return AuthenticateResult.Fail("The token is not known.");
        if (token.LastUsedAt is not { } noted || now - noted >= UsedNotedEach)
            await store.Write(
                d => d.ApiTokens.Where(t => t.CustomerId == token.CustomerId && t.Id == token.Id)
                    .ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, now), Context.RequestAborted),
                Context.RequestAborted);
        var identity = new ClaimsIdentity(
            [new(Actor.TokenClaim, token.Id.ToString()), new(Actor.TokenCustomerClaim, token.CustomerId.ToString())], Scheme.Name);
        return AuthenticateResult.Success(new(new(identity), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem(Problems.Details(new(Refusal.SignedOut))).ExecuteAsync(Context);
    }
}
