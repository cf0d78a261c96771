using Microsoft.Extensions.Time.Testing;

namespace Latchkey.Reader.Tests.Setting;

/// <summary>A machine whose wall clock can be set wrong while its monotonic clock runs on.</summary>
internal sealed class MachineClock(FakeTimeProvider real) : TimeProvider
{
    /// <summary>By how much the wall clock is off.</summary>
    public TimeSpan SetWrongBy { get; set; }

    public override DateTimeOffset GetUtcNow() => real.GetUtcNow() + SetWrongBy;

    public override long TimestampFrequency => real.TimestampFrequency;

    public override long GetTimestamp() => real.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        real.CreateTimer(callback, state, dueTime, period);
}
