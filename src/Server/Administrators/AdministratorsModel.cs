using Latchkey.Server.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

static class AdministratorsModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<AdministratorLink>(e =>
        {
            e.HasKey(l => l.Hash);
            e.HasIndex(l => l.AdministratorId);
            e.HasOne<Administrator>().WithMany().HasForeignKey(l => l.AdministratorId);
        });
        model.Entity<Authenticator>(e =>
        {
            e.HasKey(a => a.AdministratorId);
            e.HasOne<Administrator>().WithOne().HasForeignKey<Authenticator>(a => a.AdministratorId);
        });
        model.Entity<RecoveryCode>(e =>
        {
            e.HasKey(c => new { c.AdministratorId, c.Hash });
            e.HasOne<Administrator>().WithMany().HasForeignKey(c => c.AdministratorId);
        });
        model.Entity<Passkey>(e =>
        {
            e.ToTable("AdministratorPasskeys");
            e.HasKey(p => p.CredentialId);
            e.Property(p => p.CredentialId).HasMaxLength(1024);
            e.HasIndex(p => p.UserId);
            e.HasOne<Administrator>().WithMany().HasForeignKey(p => p.UserId);
            e.OwnsOne(p => p.Data).ToJson();
        });
        model.Entity<SpentChallenge>().HasKey(c => c.Hash);
    }
}
