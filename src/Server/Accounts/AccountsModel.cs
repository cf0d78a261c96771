using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

static class AccountsModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<Account>(e =>
        {
            e.HasKey(a => a.Id);
            e.Property(a => a.Id).ValueGeneratedNever();
            e.Property(a => a.Name).HasMaxLength(Account.NameCharsMax);
            e.HasIndex(a => new { a.ParentId, a.DeletedAt, a.CreatedAt, a.Id });
            e.HasIndex(a => new { a.ParentId, a.SortName, a.Id });
            e.HasOne<Account>().WithMany().HasForeignKey(a => a.ParentId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<Customer>(e =>
        {
            e.HasKey(c => c.AccountId);
            e.HasOne(c => c.Account).WithOne().HasForeignKey<Customer>(c => c.AccountId).OnDelete(DeleteBehavior.Restrict);
            e.HasIndex(c => c.SystemId);
            e.ComplexProperty(c => c.Contact);
        });
        model.Entity<Distributor>(e =>
        {
            e.HasKey(d => d.AccountId);
            e.HasOne(d => d.Account).WithOne().HasForeignKey<Distributor>(d => d.AccountId).OnDelete(DeleteBehavior.Restrict);
            e.Property(d => d.Code).HasMaxLength(Distributor.CodeChars);
            e.HasIndex(d => d.Code).IsUnique();
            e.ComplexProperty(d => d.Contact);
        });
        model.Entity<BrokenGlass>(e =>
        {
            e.HasKey(g => new { g.CustomerId, g.Id });
            e.Property(g => g.Why).HasMaxLength(BrokenGlass.WhyCharsMax);
        });
        model.Entity<Membership>(e =>
        {
            e.HasKey(m => new { m.AccountId, m.Id });
            e.HasIndex(m => m.AdministratorId);
            // A person has one place in an account; deleted ones stay beside it.
            e.HasIndex(m => new { m.AccountId, m.AdministratorId }).IsUnique().HasFilter("\"DeletedAt\" IS NULL");
            e.HasOne(m => m.Account).WithMany().HasForeignKey(m => m.AccountId);
            e.HasOne(m => m.Administrator).WithMany().HasForeignKey(m => m.AdministratorId);
        });
        model.Entity<Session>(e =>
        {
            e.HasKey(s => s.Id);
            e.Property(s => s.Id).ValueGeneratedNever();
            e.Property(s => s.Browser).HasMaxLength(Session.OriginCharsMax);
            e.Property(s => s.Address).HasMaxLength(Session.OriginCharsMax);
            e.HasIndex(s => s.AdministratorId);
            e.HasOne<Administrator>().WithMany().HasForeignKey(s => s.AdministratorId);
        });
        model.Entity<ApiToken>(e =>
        {
            e.HasKey(t => new { t.CustomerId, t.Id });
            e.Property(t => t.Name).HasMaxLength(ApiToken.NameCharsMax);
            e.HasIndex(t => t.Hash);
        });
        model.Entity<FeatureSetting>().HasKey(s => new { s.AccountId, s.Feature });
        model.Entity<SetupCode>().HasKey(c => c.Hash);
        MapIdentity(model);
    }

    // The tables of ASP.NET Core Identity (schema version 3) under Latchkey's own word for the person.
    static void MapIdentity(ModelBuilder model)
    {
        model.Entity<Administrator>(e =>
        {
            e.HasKey(a => a.Id);
            e.Property(a => a.Id).ValueGeneratedNever();
            e.HasIndex(a => a.NormalizedUserName).IsUnique();
            e.HasIndex(a => a.NormalizedEmail).IsUnique();
            e.Property(a => a.ConcurrencyStamp).IsConcurrencyToken();
            e.Property(a => a.UserName).HasMaxLength(256);
            e.Property(a => a.NormalizedUserName).HasMaxLength(256);
            e.Property(a => a.Email).HasMaxLength(256);
            e.Property(a => a.NormalizedEmail).HasMaxLength(256);
            e.Property(a => a.PhoneNumber).HasMaxLength(256);
            e.HasMany<IdentityUserClaim<Guid>>().WithOne().HasForeignKey(c => c.UserId).IsRequired();
            e.HasMany<IdentityUserLogin<Guid>>().WithOne().HasForeignKey(l => l.UserId).IsRequired();
            e.HasMany<IdentityUserToken<Guid>>().WithOne().HasForeignKey(t => t.UserId).IsRequired();
        });
        model.Entity<IdentityUserClaim<Guid>>(e => { e.ToTable("AdministratorClaims"); e.HasKey(c => c.Id); });
        model.Entity<IdentityUserLogin<Guid>>(e =>
        {
            e.ToTable("AdministratorLogins");
            e.HasKey(l => new { l.LoginProvider, l.ProviderKey });
        });
        model.Entity<IdentityUserToken<Guid>>(e =>
        {
            e.ToTable("AdministratorTokens");
            e.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
        });
    }
}
