using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Store;
using Microsoft.Data.Sqlite;

namespace Latchkey.Reader.Transports;

/// <summary>The phones in reach, at most <see cref="ConnectionsMax"/>, and what each of their transactions starts from.</summary>
public sealed class Phones(Admission admission, Rules rules, StatusLists lists, DoorClock clock, TimeProvider time) : IDisposable
{
    public const int ConnectionsMax = 16;

    private readonly Lock gate = new();
    private readonly List<PhoneConnection> connections = [];
    private readonly KnownKeys knownKeys = new();
    private readonly EphemeralPool pool = new();
    private long came;

    public Admission Admission { get; } = admission;

    public TimeProvider Time { get; } = time;

    /// <summary>The advertised name: the Reader ID; none before the first rules.</summary>
    public string LocalName => rules.Bundle?.Settings.ReaderId ?? "";

    /// <summary>How many phones came so far, and whether one is there now.</summary>
    public (long Came, bool Any) Traffic
    {
        get
        {
            lock (gate)
                return (came, connections.Count > 0);
        }
    }

    /// <summary>
    /// A phone comes into reach. Where all places are taken, it gets that of the one whose last proof of a key is the oldest: who stands at the
    /// door is done in a second or two, so who only sits there goes first. A flood of new ones still costs others a second tap.
    /// </summary>
    public PhoneConnection Open(int mtu)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mtu, RadioFrame.MtuMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mtu, RadioFrame.MtuMax);
        PhoneConnection? oldest = null;
        PhoneConnection connection;
        lock (gate)
        {
            if (connections.Count >= ConnectionsMax)
            {
                oldest = connections.MinBy(open => open.ProvenAt)!;
                connections.Remove(oldest);
            }

            connection = new PhoneConnection(this, mtu);
            connections.Add(connection);
            came++;
        }

        // Outside the lock: it may be in the middle of something, and leaves by the same lock.
        oldest?.Close();
        return connection;
    }

    /// <summary>Makes keys ahead; called once the reader is ready, so that starting does not wait for it.</summary>
    public void WarmUp() => pool.Refill();

    public void Dispose()
    {
        PhoneConnection[] open;
        lock (gate)
            open = [.. connections];
        foreach (var connection in open)
            connection.Dispose();
        pool.Dispose();
    }

    /// <summary>The reader's half of one transaction; null while there are no rules to decide by.</summary>
    internal ReaderHandshake? Begin()
    {
        if (rules.Bundle is not { } bundle)
            return null;
        var settings = bundle.Settings;
        var tag = new LatchkeyTag80(
            settings.SecondFactor,
            (byte)settings.Presentation,
            (byte)settings.Ways,
            lists.Sequence,
            (uint)Math.Clamp(clock.Now, 0, uint.MaxValue));
        return new ReaderHandshake(rules.Identity.AtTheDoor, pool.Take(), tag, knownKeys);
    }

    /// <summary>What a phone carried here. A store that cannot take it now is brought the same by the next phone.</summary>
    internal void Take(StatusListsMessage? carried)
    {
        try
        {
            lists.Take(carried?.Lists ?? []);
        }
        catch (SqliteException)
        {
        }
    }

    internal void Leave(PhoneConnection connection)
    {
        lock (gate)
            connections.Remove(connection);
    }
}
