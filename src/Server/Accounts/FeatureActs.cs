using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

/// <param name="MaySet">Whether an owner of the account that asks can set it at this one.</param>
public sealed record FeatureAnswer(EffectiveFeature Effective, bool MaySet);

/// <summary>What holds at an account: its own or one right below.</summary>
public sealed class ReadFeatures(Acts acts)
{
    /// <param name="from">The account that asks.</param>
    /// <param name="of">It, or one right below it.</param>
    public Task<Outcome<IReadOnlyList<FeatureAnswer>>> Ask(Actor actor, Guid from, Guid of, CancellationToken cancel) =>
        acts.Ask<IReadOnlyList<FeatureAnswer>>(actor, from, Role.Auditor, async q =>
        {
            if (of != from && !await q.Db.Accounts.AnyAsync(a => a.Id == of && a.ParentId == from, q.Cancel))
                return Refusal.NotFound;
            var path = await FeaturePath.Of(q.Db, of, q.Cancel);
            return path.Count == 0
                ? Refusal.NotFound
                : Enum.GetValues<Feature>().Select(feature => new FeatureAnswer(Features.Resolve(feature, path[feature]), of != from || Features.IsOwn(feature, path[feature][^1].Kind))).ToList();
        }, cancel);
}

/// <summary>Allows or forbids something at an account, or lets it take what holds above.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="AccountId">The account that acts, where the switch is its own; else one right below it.</param>
/// <param name="Allowed">Absent takes what holds above.</param>
public sealed record SetFeatureRequest(Guid Id, Guid AccountId, Feature Feature, bool? Allowed);

public sealed class SetFeature(Acts acts)
{
    public Task<Outcome<bool>> Do(Actor actor, Guid from, SetFeatureRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<SetFeatureRequest, bool>(
            nameof(SetFeature), actor, from, Role.Owner, request.Id, request,
            async act =>
            {
                if (!Enum.IsDefined(request.Feature))
                    return new Refused(Refusal.SettingOutOfRange, "feature");
                var account = await act.Db.Accounts.SingleOrDefaultAsync(a => a.Id == request.AccountId && (a.Id == from || a.ParentId == from), act.Cancel);
                if (account is null)
                    return Refusal.NotFound;
                if (account.Id == from && !Features.IsOwn(request.Feature, account.Kind))
                    return new Refused(Refusal.RoleTooLow, "feature", "This is for the account above to allow.");
                var row = await act.Db.FeatureSettings.SingleOrDefaultAsync(s => s.AccountId == account.Id && s.Feature == request.Feature, act.Cancel);
                var details = new { feature = request.Feature.ToString(), before = row?.Allowed, after = request.Allowed };
                if (request.Allowed is not { } allowed)
                {
                    if (row is not null)
                        act.Db.Remove(row);
                }
                else
                {
                    row ??= act.Db.FeatureSettings.Add(new() { AccountId = account.Id, Feature = request.Feature }).Entity;
                    row.Allowed = allowed;
                }
                act.Audit(account.Id, details);
                if (account.Id != from)
                    await act.AuditBelow(account.Id, account.Id, details);
                return true;
            },
            cancel);
    }
}

static class FeaturePath
{
    /// <summary>For each feature the accounts from the operator down to this one; empty where one of them is not there.</summary>
    public static async Task<Dictionary<Feature, List<FeatureLevel>>> Of(Db db, Guid accountId, CancellationToken cancel)
    {
        // A deleted account can be looked at from above: the path is asked without it.
        var up = new List<Account>();
        for (Guid? at = accountId; at is { } id && up.Count < 3;)
        {
            if (await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, cancel) is not { } account)
                return [];
            up.Insert(0, account);
            at = account.ParentId;
        }
        var ids = up.ConvertAll(a => a.Id);
        var set = await db.FeatureSettings.AsNoTracking().Where(s => ids.Contains(s.AccountId)).ToListAsync(cancel);
        return Enum.GetValues<Feature>().ToDictionary(
            feature => feature,
            feature => up.ConvertAll(a => new FeatureLevel(a.Id, a.Kind, a.Name, set.Find(s => s.AccountId == a.Id && s.Feature == feature)?.Allowed)));
    }

    /// <summary>Refuses what is not allowed at the account of this act; says who can allow it.</summary>
    public static async Task<Refused?> Forbids(this Act act, Feature feature)
    {
        var path = (await Of(act.Db, act.CustomerId, act.Cancel))[feature];
        var holds = Features.Resolve(feature, path);
        return holds.IsOn
            ? null
            : new(Refusal.FeatureOff, Detail: $"{feature} is switched off. {holds.ChangedBy.Name} can switch it on.", State: feature.ToString(), Customer: holds.ChangedBy.Name);
    }
}
