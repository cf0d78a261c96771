using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Keys;

static class KeysModel
{
    public static void Map(ModelBuilder model) => model.Entity<SigningKey>(e =>
    {
        e.HasKey(k => new { k.CustomerId, k.Id });
        e.HasIndex(k => new { k.CustomerId, k.Purpose });
    });
}
