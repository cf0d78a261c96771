using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;

namespace Latchkey.Reader.Transports;

/// <summary>
/// One phone in reach, in the terms of GATT (spec/pkoc-ble.md): a radio calls it for what the phone does and sends what it notifies. It
/// drives the handshake, has <see cref="Admission"/> decide, keeps the times, and cuts what is longer than the MTU carries.
/// <see cref="Notified"/> and <see cref="Closed"/> are raised under the connection's lock: a radio queues, and does not call back.
/// </summary>
public sealed class PhoneConnection : IDisposable
{
    public const int ValueBytesMax = 512;

    /// <summary>
    /// A connection on which no key was proven for so long is closed, however often it began anew; nor can it shut anybody out until then
    /// (<see cref="Phones.Open"/>).
    /// </summary>
    public const int UnprovenSeconds = 60;

    private readonly Phones phones;
    private readonly Lock gate = new();
    private readonly ITimer transactionTimer;
    private readonly ITimer presentationTimer;
    private readonly ITimer unprovenTimer;
    private readonly Queue<byte[]> held = new();
    private ReaderHandshake? handshake;
    private byte[] lastValue = [];
    private bool waitingForRead;
    private bool waitingForPresentation;
    private bool deciding;
    private bool hangingUp;
    private bool closed;
    private long startedAt;
    private long provenAt;

    internal PhoneConnection(Phones phones, int mtu)
    {
        this.phones = phones;
        Mtu = mtu;
        transactionTimer = Timer(OnTransactionEnd);
        presentationTimer = Timer(OnNoPresentation);
        unprovenTimer = Timer(Close);
        Prove();
    }

    /// <summary>A notification as it goes over the air: at most MTU - 3 bytes.</summary>
    public event Action<RadioFrame>? Notified;

    /// <summary>The reader hangs up.</summary>
    public event Action? Closed;

    /// <summary>Whether it has, also before anybody heard.</summary>
    public bool IsClosed
    {
        get
        {
            lock (gate)
                return closed;
        }
    }

    public int Mtu { get; }

    /// <summary>What the phone sees before it connects, at most 8 ASCII characters.</summary>
    public string LocalName => phones.LocalName;

    /// <summary>When a key was proven last, or since when it has been owed; a timestamp of the clock.</summary>
    internal long ProvenAt => Volatile.Read(ref provenAt);

    private TimeSpan Elapsed => phones.Time.GetElapsedTime(startedAt);

    /// <summary>Whether a write of this many bytes is taken; else the radio answers <em>invalid attribute value length</em>.</summary>
    public static bool Fits(int length) => length is >= 1 and <= ValueBytesMax;

    /// <summary>The phone wrote 0001 to the CCCD: a transaction starts over, with a fresh Re.</summary>
    public void Subscribe()
    {
        lock (gate)
        {
            if (closed)
                return;
            StartOver();
            if (phones.Begin() is not { } begun)
            {
                Close();
                return;
            }

            handshake = begun;
            startedAt = phones.Time.GetTimestamp();
            transactionTimer.Change(TimeSpan.FromSeconds(ReaderHandshake.TransactionSeconds), Timeout.InfiniteTimeSpan);
            Notify(handshake.Start());
        }
    }

    /// <summary>The phone wrote 0000 to the CCCD: nothing is notified any more.</summary>
    public void Unsubscribe()
    {
        lock (gate)
        {
            if (!closed)
                StartOver();
        }
    }

    /// <summary>The phone wrote a value that <see cref="Fits"/>. Without a transaction nobody listens.</summary>
    public void Write(ReadOnlySpan<byte> value)
    {
        lock (gate)
        {
            if (closed || handshake is null)
                return;
            if (!deciding)
            {
                deciding = true;
                phones.Admission.Door.BeginDeciding();
            }

            Act(handshake.Receive(value));
        }
    }

    /// <summary>The phone reads the characteristic: gets the whole value last notified, then whatever waited for that.</summary>
    public void Read(Action<byte[]> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        lock (gate)
        {
            if (closed)
                return;
            answer(lastValue);
            waitingForRead = false;
            while (!waitingForRead && held.TryDequeue(out var next))
                Send(next);
            HangUpAfterLast();
        }
    }

    public void Close()
    {
        lock (gate)
        {
            if (closed)
                return;
            closed = true;
            StartOver();
            unprovenTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            phones.Leave(this);
            Closed?.Invoke();
        }
    }

    public void Dispose()
    {
        Close();
        transactionTimer.Dispose();
        presentationTimer.Dispose();
        unprovenTimer.Dispose();
    }

    private void Act(HandshakeStep step)
    {
        switch (step)
        {
            case HandshakeStep.Send send:
                Notify(send.Value);
                break;
            case HandshakeStep.AwaitPresentation:
                if (!waitingForPresentation)
                    presentationTimer.Change(TimeSpan.FromSeconds(ReaderHandshake.PresentationSeconds), Timeout.InfiniteTimeSpan);
                waitingForPresentation = true;
                break;
            case HandshakeStep.Proven proven:
                Decide(proven);
                break;
            case HandshakeStep.Failed failed:
                phones.Admission.Admit(Presented.Broken(failed.Fault, Elapsed));
                Notify(M5.Write(failed.Status));
                EndTransaction();
                hangingUp = true;
                HangUpAfterLast();
                break;
        }
    }

    // pkoc-ble, reader 5: the bolt is drawn inside Admit, before a word is said.
    private void Decide(HandshakeStep.Proven proven)
    {
        Prove();
        phones.Take(proven.StatusLists);
        var verdict = phones.Admission.Admit(Presented.OverRadio(proven.Device, proven.Presentation, Elapsed));
        Notify(handshake!.Status(verdict.IsGrant));
        if (handshake.Result(verdict.ToResult()) is { } result)
            Notify(result);
        EndTransaction();
    }

    private void Prove()
    {
        Volatile.Write(ref provenAt, phones.Time.GetTimestamp());
        unprovenTimer.Change(TimeSpan.FromSeconds(UnprovenSeconds), Timeout.InfiniteTimeSpan);
    }

    private void OnNoPresentation()
    {
        lock (gate)
        {
            if (handshake is not null && waitingForPresentation)
                Decide(handshake.WithoutPresentation());
        }
    }

    // The phone went away or dawdled: nothing was shown, so there is nothing to decide and nobody to tell.
    private void OnTransactionEnd()
    {
        lock (gate)
        {
            if (handshake is not null)
                Close();
        }
    }

    private void StartOver()
    {
        EndTransaction();
        held.Clear();
        waitingForRead = false;
        lastValue = [];
    }

    private void EndTransaction()
    {
        handshake?.Dispose();
        handshake = null;
        waitingForPresentation = false;
        transactionTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        presentationTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!deciding)
            return;
        deciding = false;
        phones.Admission.Door.EndDeciding();
    }

    private void Notify(byte[] value)
    {
        if (waitingForRead)
            held.Enqueue(value);
        else
            Send(value);
    }

    private void Send(byte[] value)
    {
        lastValue = value;
        var frame = RadioFrame.Notification(value, Mtu, out waitingForRead);
        Notified?.Invoke(frame);
    }

    private void HangUpAfterLast()
    {
        if (hangingUp && !waitingForRead && held.Count == 0)
            Close();
    }

    private ITimer Timer(Action act) =>
        phones.Time.CreateTimer(_ => act(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
