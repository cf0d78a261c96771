namespace Latchkey.Reader.Store;

/// <summary>
/// The time the reader decides by. Trusted once the server has said it: from then on it is the server's time plus what the monotonic
/// clock counted, so that setting the machine's clock changes nothing. The monotonic clock must count sleep too (<see cref="BootTime"/>),
/// or a machine that slept would fall behind and still be believed. The anchor is kept with the identity of the machine's boot: the
/// monotonic clock runs on over a restart of this process, not over a power cut. Untrusted, it is the machine's clock, but never below
/// the floor: the newest moment that anything verified was dated.
/// </summary>
public sealed class DoorClock
{
    /// <summary>A floor is written at most this often while the link says the time; a power cut costs that much of it.</summary>
    public const int FloorStepSeconds = 60;

    /// <summary>A correction by the server from this size on is worth an event.</summary>
    public const int StepSeconds = 30;

    private readonly TimeProvider time;
    private readonly ReaderStore store;
    private readonly string hostBoot;
    private readonly Lock gate = new();
    private (long Ticks, long ServerMs)? anchor;
    private long floor;
    private long floorWritten;

    public DoorClock(TimeProvider time, ReaderStore store, string hostBoot)
    {
        this.time = time;
        this.store = store;
        this.hostBoot = hostBoot;
        floor = floorWritten = Marks.Get(store, Marks.Floor);
        var kept = store.First("SELECT host_boot, ticks, server_ms FROM clock", r => (Boot: r.GetString(0), Ticks: r.GetInt64(1), ServerMs: r.GetInt64(2)));
        if (kept.Boot is { Length: > 0 } boot && boot == hostBoot && kept.Ticks <= time.GetTimestamp())
            anchor = (kept.Ticks, kept.ServerMs);
    }

    public bool Trusted
    {
        get
        {
            lock (gate)
            {
                return anchor is not null;
            }
        }
    }

    /// <summary>Seconds, by which everything is decided.</summary>
    public long Now => NowMs / 1000;

    public long NowMs
    {
        get
        {
            lock (gate)
            {
                return Read();
            }
        }
    }

    /// <summary>The server said its time over a proven link. Returns by how many seconds the clock moved.</summary>
    public long ServerSays(long seconds)
    {
        lock (gate)
        {
            var before = Read();
            // Within the second the server's word cannot be finer than what is already known: keep the anchor, or it would jitter.
            if (anchor is null || Math.Abs(before - seconds * 1000) > 1_500)
            {
                anchor = (time.GetTimestamp(), seconds * 1000);
                store.Run(
                    "INSERT INTO clock (one, host_boot, ticks, server_ms) VALUES (1, $1, $2, $3) ON CONFLICT (one) DO UPDATE SET "
                        + "host_boot = excluded.host_boot, ticks = excluded.ticks, server_ms = excluded.server_ms",
                    hostBoot,
                    anchor.Value.Ticks,
                    anchor.Value.ServerMs);
            }

            Raise(seconds);
            return seconds - before / 1000;
        }
    }

    /// <summary>Something verified was dated so: time cannot be earlier. It moves only an untrusted clock.</summary>
    public void RaiseFloor(long seconds)
    {
        lock (gate)
        {
            Raise(seconds);
        }
    }

    private void Raise(long seconds)
    {
        if (seconds <= floor)
            return;

        floor = seconds;
        if (floor - floorWritten >= FloorStepSeconds || anchor is null)
        {
            floorWritten = floor;
            Marks.Set(store, Marks.Floor, floor);
        }
    }

    private long Read() => anchor is { } known
        ? known.ServerMs + (long)time.GetElapsedTime(known.Ticks).TotalMilliseconds
        : Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), floor * 1000);
}
