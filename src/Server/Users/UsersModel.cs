using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

static class UsersModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<User>(e =>
        {
            e.HasKey(u => new { u.CustomerId, u.Id });
            e.Property(u => u.Name).HasMaxLength(User.NameCharsMax);
            e.Property(u => u.Email).HasMaxLength(User.EmailCharsMax);
            // Not unique: a distributor may allow several users to bear one User ID. The act sees to it where it has not.
            e.HasIndex(u => new { u.CustomerId, u.Number });
            e.HasIndex(u => new { u.CustomerId, u.SortName, u.Id });
            e.HasIndex(u => new { u.CustomerId, u.State });
            e.HasMany(u => u.Devices).WithOne().HasForeignKey(d => new { d.CustomerId, d.UserId });
            e.HasMany(u => u.Keys).WithOne(k => k.User).HasForeignKey(k => new { k.CustomerId, k.UserId });
        });
        model.Entity<Device>(e =>
        {
            e.HasKey(d => new { d.CustomerId, d.Id });
            e.Property(d => d.Name).HasMaxLength(Device.NameCharsMax);
            // One device key holds one mobile key at a customer: a second redeem by the same phone is found by it.
            e.HasIndex(d => new { d.CustomerId, d.PublicKey }).IsUnique();
        });
        model.Entity<MobileKey>(e =>
        {
            e.HasKey(k => new { k.CustomerId, k.Id });
            e.HasIndex(k => new { k.CustomerId, k.KeyNumber }).IsUnique();
            // Which invitations still wait is asked by their end, so that a list of them is a range.
            e.HasIndex(k => new { k.CustomerId, k.State, k.InvitationEndsAt });
            // With the state, so that no engine takes the index above for the keys of one user.
            e.HasIndex(k => new { k.CustomerId, k.UserId, k.State });
            e.HasIndex(k => new { k.CustomerId, k.DeviceId });
            // Of all customers: what the giving back of credits looks for. Only open invitations stand in it.
            e.HasIndex(k => k.InvitationEndsAt).HasFilter("\"Credit\" = 'Reserved'");
            e.HasOne(k => k.Device).WithMany().HasForeignKey(k => new { k.CustomerId, k.DeviceId });
        });
        model.Entity<ActivationCode>(e =>
        {
            e.HasKey(c => new { c.CustomerId, c.Id });
            // The code alone finds the customer, so this index leads with the hash; it need not be unique at 115 random bits.
            e.HasIndex(c => c.Hash);
            e.HasIndex(c => new { c.CustomerId, c.KeyId });
            e.HasOne(c => c.Key).WithMany().HasForeignKey(c => new { c.CustomerId, c.KeyId });
        });
    }
}
