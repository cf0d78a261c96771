using Latchkey.Server.Readers;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Access;

static class AccessModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<AccessLevel>(e =>
        {
            e.HasKey(l => new { l.CustomerId, l.Id });
            e.HasIndex(l => new { l.CustomerId, l.Number }).IsUnique();
            e.Property(l => l.Name).HasMaxLength(AccessLevel.NameCharsMax);
        });
        model.Entity<AccessLevelReader>(e =>
        {
            e.HasKey(r => new { r.CustomerId, r.LevelId, r.ReaderId });
            e.HasOne<AccessLevel>().WithMany().HasForeignKey(r => new { r.CustomerId, r.LevelId });
            e.HasOne<Reader>().WithMany().HasForeignKey(r => new { r.CustomerId, r.ReaderId });
        });
        model.Entity<UserAccessLevel>(e =>
        {
            e.HasKey(u => new { u.CustomerId, u.UserId, u.LevelId });
            e.HasIndex(u => new { u.CustomerId, u.LevelId, u.UserId });
            e.HasOne<User>().WithMany().HasForeignKey(u => new { u.CustomerId, u.UserId });
            e.HasOne(u => u.Level).WithMany().HasForeignKey(u => new { u.CustomerId, u.LevelId });
        });
    }
}
