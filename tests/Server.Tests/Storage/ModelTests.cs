using System.Security.Cryptography;
using Latchkey.Server.Accounts;
using Latchkey.Server.Keys;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Storage;

public class ModelTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothEngines]
    public async Task The_migrations_make_the_model(Engine engine)
    {
        await using var db = (await houses.Shared(engine)).Store.Open();
        Assert.False(db.Database.HasPendingModelChanges(), "Run src/Server/Storage/Migrations/make.");
    }

    [Theory, BothEngines]
    public async Task The_customer_leads_every_key_of_a_tenant_table(Engine engine)
    {
        await using var db = (await houses.Shared(engine)).Store.Open();
        var tenants = db.Model.GetEntityTypes().Where(e => e.FindProperty("CustomerId") is not null).ToList();
        Assert.True(tenants.Count > 10);
        foreach (var entity in tenants)
        {
            Assert.Equal("CustomerId", entity.FindPrimaryKey()!.Properties[0].Name);
            Assert.All(entity.GetIndexes().Where(i => i.IsUnique), i => Assert.Equal("CustomerId", i.Properties[0].Name));
            Assert.All(
                entity.GetForeignKeys().Where(f => f.PrincipalEntityType.FindProperty("CustomerId") is not null),
                f => Assert.Equal("CustomerId", f.Properties[0].Name));
        }
    }

    [Theory, BothEngines]
    public async Task A_question_that_orders_words_gets_no_answer(Engine engine)
    {
        await using var db = (await houses.Shared(engine)).Store.Open();
        var least = Role.KeyManager;
        Func<Task>[] wrong =
        [
            () => db.Memberships.Where(m => m.Role >= Role.KeyManager).CountAsync(Cancel),
            () => db.Memberships.CountAsync(m => least < m.Role, Cancel),
            () => db.Memberships.OrderBy(m => m.AccountId).ThenByDescending(m => m.Role).ToListAsync(Cancel),
            () => db.Memberships.Select(m => m.Role).MaxAsync(Cancel),
            () => db.Memberships.MaxAsync(m => (Role?)m.Role, Cancel),
            () => db.Accounts.Where(a => db.Memberships.Any(m => m.AccountId == a.Id && m.Role <= least)).CountAsync(Cancel),
            () => db.Memberships.Where(m => m.Role > least).ExecuteDeleteAsync(Cancel),
        ];
        foreach (var ask in wrong)
            Assert.Contains(nameof(Role), (await Assert.ThrowsAsync<InvalidOperationException>(ask)).Message, StringComparison.Ordinal);
        await db.Memberships.Where(m => m.Role == least).OrderBy(m => m.AccountId).CountAsync(Cancel);
    }

    [Theory, BothEngines]
    public async Task A_refused_act_leaves_nothing_behind(Engine engine)
    {
        var store = (await houses.Shared(engine)).Store;
        var id = Guid.NewGuid();
        await store.Write(
            db =>
            {
                OpenAccount.Place(db, AccountKind.Operator, null, "Nobody", DateTimeOffset.UnixEpoch, id);
                return Task.FromResult(false);
            },
            keep => keep, Cancel);
        await using var db = store.Open();
        Assert.False(await db.Accounts.AnyAsync(a => a.Id == id, Cancel));
    }

    [Fact]
    public void A_sealed_value_opens_only_in_its_own_place()
    {
        var box = new SecretBox(RandomNumberGenerator.GetBytes(SecretBox.MasterKeyBytes));
        var owner = Guid.NewGuid();
        var secret = "correct horse"u8.ToArray();
        var sealedBytes = box.Seal("mail", owner, secret);
        Assert.Equal(secret, box.Open("mail", owner, sealedBytes));
        Assert.ThrowsAny<CryptographicException>(() => box.Open("mail", Guid.NewGuid(), sealedBytes));
        Assert.ThrowsAny<CryptographicException>(() => box.Open("key", owner, sealedBytes));
        Assert.ThrowsAny<CryptographicException>(() =>
            new SecretBox(RandomNumberGenerator.GetBytes(SecretBox.MasterKeyBytes)).Open("mail", owner, sealedBytes));
        for (var i = 0; i < sealedBytes.Length; i++)
        {
            var flipped = (byte[])sealedBytes.Clone();
            flipped[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => box.Open("mail", owner, flipped));
            Assert.ThrowsAny<CryptographicException>(() => box.Open("mail", owner, sealedBytes.AsSpan(0, i).ToArray()));
        }
    }
}
