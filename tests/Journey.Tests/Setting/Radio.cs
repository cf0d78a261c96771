using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>A phone's end of the virtual radio (spec/virtual-radio.md): what the emulated Bluetooth is bridged to.</summary>
sealed class Radio : IAsyncDisposable
{
    readonly ClientWebSocket _socket = new();
    readonly CancellationTokenSource _closing = new();
    readonly ConcurrentQueue<TaskCompletionSource<byte[]>> _answers = new();
    readonly SemaphoreSlim _oneAtATime = new(1);
    readonly TaskCompletionSource<string> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task _reading = Task.CompletedTask;

    public event Func<byte[], Task>? Notified;
    public event Action? Closed;

    /// <summary>What the reader advertises: its Reader ID.</summary>
    public string LocalName { get; private set; } = "";

    public static async Task<Radio> Connect(Uri reader, int mtu = 517)
    {
        var radio = new Radio();
        radio._socket.Options.AddSubProtocol("latchkey.radio.1");
        await radio._socket.ConnectAsync(new Uri($"ws://{reader.Authority}/radio?mtu={mtu}"), CancellationToken.None);
        radio._reading = radio.Read();
        radio.LocalName = await radio._connected.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return radio;
    }

    public Task Subscribe() => Ask([0x02]);
    public Task Unsubscribe() => Ask([0x06]);
    public Task<byte[]> ReadValue() => Ask([0x04]);
    public Task<byte[]> Write(byte[] value) => Ask([0x03, .. value]);

    async Task<byte[]> Ask(byte[] request)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            _answers.Enqueue(answer);
            await _socket.SendAsync(request, WebSocketMessageType.Binary, true, CancellationToken.None);
            return await answer.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    async Task Read()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer, _closing.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                var message = buffer[..received.Count];
                switch (message[0])
                {
                    case 0x80:
                        _connected.TrySetResult(Encoding.ASCII.GetString(message.AsSpan(3)));
                        break;
                    case 0x85:
                        await (Notified?.Invoke(message[1..]) ?? Task.CompletedTask);
                        break;
                    default:
                        if (_answers.TryDequeue(out var answer))
                            answer.SetResult(message[1..]);
                        break;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The reader or the test has ended the connection.
        }
        _connected.TrySetException(new WebSocketException("The reader did not take the connection."));
        while (_answers.TryDequeue(out var waiting))
            waiting.TrySetException(new WebSocketException("The reader closed the radio."));
        Closed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _socket.Dispose();
        _closing.Dispose();
        _oneAtATime.Dispose();
    }
}
