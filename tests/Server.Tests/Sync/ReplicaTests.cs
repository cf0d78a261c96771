using System.Net.Http.Json;
using Latchkey.Server.Readers;
using Latchkey.Server.Tests.Setting;
using Xunit;

namespace Latchkey.Server.Tests.Sync;

public class ReplicaTests(Houses houses)
{
    /// <summary>Both clocks stand still, so no replica ever looks by itself: only the hint can bring the change across.</summary>
    [Fact]
    public async Task A_change_at_one_replica_reaches_a_reader_linked_to_another()
    {
        var here = await houses.Own(Engine.Postgres);
        var site = await here.NewSite();
        await using var there = here.Replica();
        using var reader = new DoorReader(site with { House = there });
        await reader.Ready();
        Assert.True((await site.Get<ReaderListAnswer>("/api/v1/readers")).Readers[0].Online);

        // A listener that is only just connecting may miss the first word, as in life; the next act is heard.
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var applied = reader.ApplyUntil(b => b.Settings.UnlockSeconds > 5);
        for (var seconds = 6; !applied.IsCompleted && seconds <= 255; seconds++)
        {
            using var response = await site.Api.PatchAsync(
                $"/api/v1/readers/{reader.Id}", JsonContent.Create(new { id = Guid.NewGuid(), unlockSeconds = seconds }));
            await Site.Done<ReaderAnswer>(response);
            await Task.WhenAny(applied, Task.Delay(200, cancel.Token));
        }
        Assert.True((await applied).Settings.UnlockSeconds > 5);
    }
}
