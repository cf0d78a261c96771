using System.Net.Http.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Setting;

/// <summary>What tests of keys do in a site.</summary>
static class SiteActs
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Issues a key over HTTP and expects it done.</summary>
    public static Task<NewCodeAnswer> Issue(this Site site, object request) => site.Post<NewCodeAnswer>("/api/v1/mobile-keys", request);

    public static Task<NewCodeAnswer> Issue(this Site site, string name = "Jana Nováková", DateTimeOffset? validTo = null) =>
        site.Issue(new { id = Guid.NewGuid(), name, email = "jana@example.com", validTo });

    /// <summary>One act on a key, whatever comes of it.</summary>
    public static Task<HttpResponseMessage> Act(this Site site, Guid key, string act, object? request = null) =>
        site.Api.PostAsJsonAsync($"/api/v1/mobile-keys/{key}/{act}", request ?? new { id = Guid.NewGuid() }, Cancel);

    public static Task Change(this Site site, Action<Customer> change) => site.House.Store.Write(
        async db => change(await db.Customers.SingleAsync(c => c.AccountId == site.Id, Cancel)), Cancel);

    public static Task<MobileKey> Key(this Site site, Guid id) =>
        site.Read(db => db.MobileKeys.AsNoTracking().SingleAsync(k => k.CustomerId == site.Id && k.Id == id, Cancel));

    /// <summary>Deletes an account above the site, or the site itself.</summary>
    public static Task Delete(this Site site, Guid account) => site.House.Store.Write(
        db => db.Accounts.Where(a => a.Id == account)
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.DeletedAt, site.House.Time.GetUtcNow()), Cancel),
        Cancel);
}
