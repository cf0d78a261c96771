using Latchkey.Server.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

static class AdministratorsModel
{
    public static void Map(ModelBuilder model) => model.Entity<AdministratorLink>(e =>
    {
        e.HasKey(l => l.Hash);
        e.HasIndex(l => l.AdministratorId);
        e.HasOne<Administrator>().WithMany().HasForeignKey(l => l.AdministratorId);
    });
}
