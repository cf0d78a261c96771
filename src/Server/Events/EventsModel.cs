using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Events;

static class EventsModel
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<Event>(e =>
        {
            e.HasKey(v => new { v.CustomerId, v.ReaderId, v.Seq });
            e.HasIndex(v => new { v.CustomerId, v.Arrival }).IsUnique();
            // Lists are read newest first; the arrival parts events of the same millisecond.
            e.HasIndex(v => new { v.CustomerId, v.At, v.Arrival });
            e.HasIndex(v => new { v.CustomerId, v.UserId, v.At });
            e.HasIndex(v => new { v.CustomerId, v.ReaderId, v.At });
        });
        model.Entity<EventCounter>().HasKey(c => c.CustomerId);
        model.Entity<ReaderChain>().HasKey(c => new { c.CustomerId, c.ReaderId });
    }
}
