using System.Net.WebSockets;
using Latchkey.Protocol.Link;

namespace Latchkey.Reader.Link;

/// <summary>Frames over one WebSocket: whole, one at a time in each direction, none larger than agreed.</summary>
internal sealed class LinkSocket(WebSocket socket) : IDisposable
{
    private const int FirstBytes = 4 * 1024;

    private readonly SemaphoreSlim sending = new(1);

    public async Task Send(LinkFrame frame, CancellationToken cancel)
    {
        var bytes = frame.Write();
        await sending.WaitAsync(cancel);
        try
        {
            await socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>Null when the other side closed, or sent what no side sends.</summary>
    public async Task<LinkFrame?> Receive(CancellationToken cancel)
    {
        // Grows for the rare large statement and is let go of after it, so that a quiet link holds little.
        var buffer = new byte[FirstBytes];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= LinkFrame.FrameBytesMax)
                    return null;
                Array.Resize(ref buffer, Math.Min(buffer.Length * 4, LinkFrame.FrameBytesMax));
            }

            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancel);
            if (part.MessageType != WebSocketMessageType.Binary)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                return LinkFrame.TryRead(buffer.AsSpan(0, length), out var frame) ? frame : null;
        }
    }

    public void Dispose() => sending.Dispose();
}
