namespace Latchkey.Reader.Door;

public enum Bolt
{
    Shut,
    Drawn,
}

public enum Leaf
{
    Closed,
    Open,
}

/// <summary>Facts of the door itself, after a decision.</summary>
public enum DoorFact
{
    Opened,
    NotOpened,
}

/// <summary>The door at one moment. <see cref="Turn"/> rises with every new signal, so that a viewer plays each pattern once.</summary>
public sealed record DoorPicture(Bolt Bolt, Leaf Leaf, DoorSignal Signal, Light Light, int Turn, int SecondsLeft, bool HeldOpen);

/// <summary>
/// One door: bolt, leaf, light and buzzer, moved by verdicts and by time. It knows nothing of keys. Pure state plus timers of the
/// given clock, whose monotonic side alone is used: setting the clock neither shortens nor prolongs an opening.
/// </summary>
public sealed class Doorway : IDisposable
{
    /// <summary>How long the closer of the virtual door takes after a push.</summary>
    public static readonly TimeSpan LeafOpenTime = TimeSpan.FromSeconds(4);

    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly ITimer boltTimer;
    private readonly ITimer leafTimer;
    private readonly ITimer signalTimer;
    private Bolt bolt;
    private Leaf leaf;
    private DoorSignal signal = DoorSignal.Ready;
    private int turn;
    private int deciding;
    private bool heldOpen;
    private bool passed;
    private bool inService = true;
    private long boltUntil;

    public Doorway(TimeProvider time)
    {
        this.time = time;
        boltTimer = time.CreateTimer(_ => OnBolt(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        leafTimer = time.CreateTimer(_ => OnLeaf(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        signalTimer = time.CreateTimer(_ => OnSignal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something visible changed. Raised outside the lock.</summary>
    public event Action? Changed;

    /// <summary>The door was opened, or stayed shut, after a grant. Raised outside the lock.</summary>
    public event Action<DoorFact>? Happened;

    public DoorPicture Picture
    {
        get
        {
            lock (gate)
                return See();
        }
    }

    /// <summary>A phone is being heard: amber until as many ends as beginnings were said.</summary>
    public void BeginDeciding() => Change(() =>
    {
        deciding++;
        Settle();
    });

    public void EndDeciding() => Change(() =>
    {
        deciding = Math.Max(0, deciding - 1);
        Settle();
    });

    /// <summary>Draws the bolt for so long. A second grant prolongs, never shortens.</summary>
    public void Open(TimeSpan duration) => Change(() =>
    {
        var until = time.GetTimestamp() + Ticks(duration);
        if (bolt == Bolt.Shut)
        {
            passed = false;
            boltUntil = until;
        }

        bolt = Bolt.Drawn;
        boltUntil = Math.Max(boltUntil, until);
        if (!heldOpen)
            boltTimer.Change(Remaining(), Timeout.InfiniteTimeSpan);

        Say(DoorSignal.Granted);
    });

    /// <summary>Says no, in the pattern of the class.</summary>
    public void Refuse(DoorSignal signal) => Change(() => Say(signal));

    /// <summary>Blinks, so that the person on the ladder finds this reader among twelve.</summary>
    public void Identify() => Change(() => Say(DoorSignal.Identify));

    /// <summary>Posture: held open or evacuation keeps the bolt drawn until told otherwise.</summary>
    public void Hold(bool open) => Change(() =>
    {
        if (heldOpen == open)
            return;

        heldOpen = open;
        if (open)
        {
            bolt = Bolt.Drawn;
            boltTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        else
        {
            passed = true; // The end of holding open is nobody's missed opening.
            boltTimer.Change(Remaining(), Timeout.InfiniteTimeSpan);
        }

        Settle();
    });

    public void SetInService(bool inService) => Change(() =>
    {
        this.inService = inService;
        Settle();
    });

    /// <summary>Somebody leans on the door. It opens if the bolt is drawn; a shut bolt holds. True when it opened.</summary>
    public bool Push()
    {
        var opened = false;
        Change(() =>
        {
            if (bolt == Bolt.Shut || leaf == Leaf.Open)
                return null;

            opened = true;
            var first = !passed;
            passed = true;
            leaf = Leaf.Open;
            leafTimer.Change(LeafOpenTime, Timeout.InfiniteTimeSpan);
            return first && !heldOpen ? DoorFact.Opened : null;
        });
        return opened;
    }

    public void Dispose()
    {
        boltTimer.Dispose();
        leafTimer.Dispose();
        signalTimer.Dispose();
    }

    private void OnBolt() => Change(() =>
    {
        if (bolt == Bolt.Shut || heldOpen)
            return null;

        if (Remaining() > TimeSpan.Zero)
        {
            boltTimer.Change(Remaining(), Timeout.InfiniteTimeSpan);
            return null;
        }

        if (leaf == Leaf.Open)
            return null; // The closer is still at work; the bolt falls when the leaf is home.

        bolt = Bolt.Shut;
        if (signal == DoorSignal.Granted)
            signal = DoorSignal.Ready;

        Settle();
        return passed ? null : DoorFact.NotOpened;
    });

    private void OnLeaf()
    {
        Change(() => leaf = Leaf.Closed);
        OnBolt();
    }

    private void OnSignal() => Change(() =>
    {
        signal = DoorSignal.Ready;
        Settle();
    });

    private void Say(DoorSignal signal)
    {
        this.signal = signal;
        turn = turn == int.MaxValue ? 1 : turn + 1;
        // Green lasts as long as the bolt is drawn; every other signal as long as its pattern.
        signalTimer.Change(
            signal == DoorSignal.Granted ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Pattern.Of(signal).DurationMs),
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the light falls back to when no verdict is being shown.</summary>
    private void Settle()
    {
        if (signal is DoorSignal.Ready or DoorSignal.Deciding)
            signal = deciding > 0 ? DoorSignal.Deciding : bolt == Bolt.Drawn ? DoorSignal.Granted : DoorSignal.Ready;
    }

    private Light LightOf(DoorSignal signal) => signal switch
    {
        DoorSignal.Ready => inService ? Light.Ready : Light.Red,
        DoorSignal.Deciding => Light.Amber,
        DoorSignal.Granted => Light.Green,
        DoorSignal.AskSomebody or DoorSignal.UsePhone or DoorSignal.NotNow or DoorSignal.NotThisDoor => Light.Red,
        DoorSignal.Identify => Light.White,
    };

    private TimeSpan Remaining()
    {
        var now = time.GetTimestamp();
        return boltUntil <= now ? TimeSpan.Zero : time.GetElapsedTime(now, boltUntil);
    }

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);

    private void Change(Action change) => Change(() =>
    {
        change();
        return null;
    });

    private void Change(Func<DoorFact?> change)
    {
        DoorFact? fact;
        bool changed;
        lock (gate)
        {
            var before = See();
            fact = change();
            changed = before != See();
        }

        if (fact is { } happened)
            Happened?.Invoke(happened);
        if (changed)
            Changed?.Invoke();
    }

    private DoorPicture See()
    {
        var left = bolt == Bolt.Drawn && !heldOpen ? Remaining() : TimeSpan.Zero;
        return new(bolt, leaf, signal, LightOf(signal), turn, (int)Math.Ceiling(left.TotalSeconds), heldOpen);
    }
}
