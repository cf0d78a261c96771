using System.Net.WebSockets;
using System.Security.Cryptography;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;

namespace Latchkey.Bench;

/// <summary>A phone on the virtual radio (spec/virtual-radio.md): one transaction, and how long the reader took from M1 to its sealed verdict.</summary>
static class RadioPhone
{
    public static async Task<(DoorResult Result, double Milliseconds)> Open(Uri reader, Func<SiteId, HeldKey?> held)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("latchkey.radio.1");
        await socket.ConnectAsync(new Uri($"ws://{reader.Authority}/radio?mtu=517"), default);
        await Receive(socket); // 80: connected
        using var phone = new PhoneHandshake(
            held, EphemeralKey.Of(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256)), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        await socket.SendAsync(new byte[] { 0x02 }, WebSocketMessageType.Binary, true, default);
        var start = 0L;
        var unanswered = new Queue<byte[]>();
        while (true)
        {
            var message = await Receive(socket);
            if (message[0] == 0x83 && unanswered.TryDequeue(out var next))
                await Write(socket, next);
            if (message[0] != 0x85)
                continue;
            if (start == 0)
                start = TimeProvider.System.GetTimestamp();
            switch (phone.Receive(message.AsSpan(1)))
            {
                case PhoneStep.Send send:
                    foreach (var value in send.Values.Skip(1))
                        unanswered.Enqueue(value);
                    await Write(socket, send.Values[0]);
                    break;
                case PhoneStep.Verdict verdict:
                    return (verdict.Result, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
                case PhoneStep.Failed failed:
                    throw new InvalidOperationException($"The reader was not believed: {failed.Fault}.");
            }
        }
    }

    static Task Write(ClientWebSocket socket, byte[] value) =>
        socket.SendAsync((byte[])[0x03, .. value], WebSocketMessageType.Binary, true, default);

    static async Task<byte[]> Receive(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer, default);
        return received.MessageType == WebSocketMessageType.Close
            ? throw new InvalidOperationException("The reader closed the radio.")
            : buffer[..received.Count];
    }
}
