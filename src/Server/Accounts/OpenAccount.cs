using System.Security.Cryptography;
using Latchkey.Server.Access;
using Latchkey.Server.Audit;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Accounts;

/// <summary>
/// Opens accounts and administrators with everything that belongs to them. It checks no actor: the acts of operators and
/// distributors call it behind their own checks, and so does the seed of a new installation.
/// </summary>
public sealed class OpenAccount(SiteSigners signers, SystemKeys systemKeys)
{
    public static Account Place(Db db, AccountKind kind, Guid? parentId, string name, DateTimeOffset now, Guid? id = null)
    {
        ArgumentNullException.ThrowIfNull(db);
        var account = new Account { Id = id ?? Guid.CreateVersion7(now), Kind = kind, ParentId = parentId, CreatedAt = now };
        account.Rename(name);
        db.Accounts.Add(account);
        db.AuditHeads.Add(AuditChain.Begin(account.Id));
        return account;
    }

    /// <param name="code">Not borne by another distributor; absent draws one.</param>
    /// <param name="creditsCounted">Whether the keys of its customers take credits.</param>
    public static Distributor Distributor(
        Db db, Guid operatorId, string name, DateTimeOffset now, string? code = null, bool creditsCounted = true, Guid? id = null)
    {
        var account = Place(db, AccountKind.Distributor, operatorId, name, now, id);
        var distributor = new Distributor { AccountId = account.Id, Account = account, Code = code ?? DrawCode(), CreditsCounted = creditsCounted };
        account.FindAlsoBy(distributor.Code);
        db.Distributors.Add(distributor);
        return distributor;
    }

    // Crockford's letters: none that reads as a digit. A million of them, and the index refuses one that is taken.
    internal static string DrawCode() => RandomNumberGenerator.GetString("0123456789ABCDEFGHJKMNPQRSTVWXYZ", Accounts.Distributor.CodeChars);

    /// <summary>A customer: account, settings, site key, issuer key, feed, and the access level <i>Everybody</i>.</summary>
    public Customer Customer(
        Db db, Guid distributorId, string name, string systemId, string systemKey, bool isDemo, DateTimeOffset now, Guid? id = null)
    {
        ArgumentNullException.ThrowIfNull(db);
        var account = Place(db, AccountKind.Customer, distributorId, name, now, id);
        account.FindAlsoBy(systemId);
        var customer = new Customer
        {
            AccountId = account.Id,
            Account = account,
            SystemId = systemId,
            SystemKeySealed = systemKeys.Seal(account.Id, systemKey),
            IsDemo = isDemo,
            KeyName = name,
        };
        db.Customers.Add(customer);
        db.FeedCounters.Add(new() { CustomerId = account.Id });
        db.SigningKeys.Add(signers.Make(account.Id, KeyPurpose.Site, now));
        db.SigningKeys.Add(signers.Make(account.Id, KeyPurpose.Issuer, now));
        db.AccessLevels.Add(new()
        {
            CustomerId = account.Id,
            Id = Guid.CreateVersion7(now),
            Number = AccessLevel.Everybody,
            Name = "Everybody",
            AllReaders = true,
            ChangedAt = now,
        });
        return customer;
    }

    /// <summary>A place that gives its role at once.</summary>
    public static Membership Membership(Guid accountId, Guid administratorId, Role role, DateTimeOffset now) => new()
    {
        AccountId = accountId,
        Id = Guid.CreateVersion7(now),
        AdministratorId = administratorId,
        Role = role,
        CreatedAt = now,
        AcceptedAt = now,
    };

    /// <summary>An administrator with a role in one account. The password is hashed here and kept nowhere.</summary>
    public static Administrator Administrator(
        Db db, Guid accountId, Role role, string name, string email, string password, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(email);
        var administrator = new Administrator
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            CreatedAt = now,
            Email = email,
            NormalizedEmail = email.ToUpperInvariant(),
            UserName = email,
            NormalizedUserName = email.ToUpperInvariant(),
            EmailConfirmed = true,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
        administrator.PasswordHash = new Argon2().HashPassword(administrator, password);
        db.Administrators.Add(administrator);
        db.Memberships.Add(Membership(accountId, administrator.Id, role, now));
        return administrator;
    }
}
