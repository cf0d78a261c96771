using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;

namespace Latchkey.Bench;

/// <summary>From an administrator's act over HTTP to the refusal at a linked reader, which is asked again and again meanwhile.</summary>
static class Withdrawals
{
    const int Times = 20;
    const double GoalMilliseconds = 2_000;

    public static async Task Run(Table table, Demo demo)
    {
        await Measure(table, demo, "revoked", "revoke", () => new { id = Guid.NewGuid(), why = "Bench" }, Reason.Revoked);
        await Measure(
            table, demo, "given an earlier end", "validity",
            () => new { id = Guid.NewGuid(), validFrom = Now.AddDays(-1), validTo = Now.AddHours(1) }, Reason.DocumentStale);
    }

    static async Task Measure(Table table, Demo demo, string said, string act, Func<object> body, Reason wanted)
    {
        using var api = demo.Api();
        var times = new List<double>();
        for (var i = 0; i < Times; i++)
        {
            var phone = await Activations.Activate(api);
            if (!SiteCard.TryRead(phone.SiteCard, [], out var card))
                throw new InvalidOperationException("The site card does not read.");
            if (await Present() is not Reason.Granted)
                throw new InvalidOperationException("The door stayed shut.");
            var start = Stopwatch.GetTimestamp();
            using var answer = await api.PostAsJsonAsync($"/api/v1/mobile-keys/{phone.MobileKeyId}/{act}", body());
            answer.EnsureSuccessStatusCode();
            Reason reason;
            while ((reason = await Present()) is Reason.Granted)
            {
            }
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (reason != wanted)
                throw new InvalidOperationException($"Refused for another reason: {reason}.");

            async Task<Reason> Present()
            {
                var now = (uint)Now.ToUnixTimeSeconds();
                var held = new HeldKey([.. card.SiteKeys], null, phone.Device, now, new(phone.Document, PresentationFlags.ScreenLock, null, now));
                return (await RadioPhone.Open(demo.MainEntrance, site => site == card.Site ? held : null)).Result.Reason;
            }
        }
        table.Add(
            $"key {said}: from the act to the refusal at a linked reader, {Times} times", $"<= {GoalMilliseconds:0} ms",
            string.Create(CultureInfo.InvariantCulture, $"p50 {Timing.Percentile(times, 0.5):0} ms, longest {times.Max():0} ms"),
            times.Max() <= GoalMilliseconds);
    }

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}
