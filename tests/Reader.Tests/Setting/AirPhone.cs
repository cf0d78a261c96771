using System.Net.WebSockets;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;

namespace Latchkey.Reader.Tests.Setting;

/// <summary>A phone on the virtual radio: spec/virtual-radio.md from the other end.</summary>
internal sealed class AirPhone : IDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly Queue<RadioFrame> notified = new();

    public int Mtu { get; private set; }

    public string LocalName { get; private set; } = "";

    public static async Task<AirPhone> Connect(Uri reader, int? mtu = null)
    {
        var phone = new AirPhone();
        phone.socket.Options.AddSubProtocol(RadioFrame.Subprotocol);
        var address = new UriBuilder(reader) { Scheme = "ws", Path = "/radio", Query = mtu is null ? "" : $"mtu={mtu}" }.Uri;
        await phone.socket.ConnectAsync(address, CancellationToken.None);
        (phone.Mtu, phone.LocalName) = (await phone.Hear())!.Connection;
        return phone;
    }

    /// <summary>One whole transaction; null when the reader hung up first.</summary>
    public async Task<PhoneStep?> Present(Phone phone, long now)
    {
        using var handshake = phone.Handshake(now);
        await Ask(RadioFrame.Subscribe, RadioOperation.Subscribed);
        while (await NextValue() is { } value)
        {
            switch (handshake.Receive(value))
            {
                case PhoneStep.Send send:
                    foreach (var written in send.Values)
                        await Ask(RadioFrame.Write(written), RadioOperation.Written);
                    break;
                case PhoneStep.Wait:
                    break;
                case var last:
                    return last;
            }
        }

        return null;
    }

    public Task Say(byte[] message, WebSocketMessageType type = WebSocketMessageType.Binary) =>
        socket.SendAsync(message, type, endOfMessage: true, CancellationToken.None);

    /// <summary>The answer to a request; notifications on the way are kept.</summary>
    public async Task<RadioFrame?> Ask(RadioFrame request, RadioOperation answer)
    {
        await Say(request.ToBytes());
        return await Answer(answer);
    }

    public async Task<RadioFrame?> Answer(RadioOperation answer)
    {
        while (await Hear() is { } frame)
        {
            if (frame.Operation == answer)
                return frame;
            Assert.Equal(RadioOperation.Notification, frame.Operation);
            notified.Enqueue(frame);
        }

        return null;
    }

    /// <summary>Null when the reader hung up.</summary>
    public async Task<RadioFrame?> Hear()
    {
        var buffer = new byte[1024];
        try
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            Assert.True(part.EndOfMessage);
            Assert.True(RadioFrame.TryReadFromReader(buffer.AsSpan(0, part.Count), out var frame));
            return frame;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    public void Dispose() => socket.Dispose();

    // A notification that fills the MTU may be cut: the whole is read (pkoc-ble, GATT).
    private async Task<byte[]?> NextValue()
    {
        var frame = notified.TryDequeue(out var kept) ? kept : await Answer(RadioOperation.Notification);
        if (frame is null)
            return null;
        return frame.Value.Length < Mtu - 3 ? frame.Value : (await Ask(RadioFrame.Read, RadioOperation.ReadAnswer))?.Value;
    }
}
