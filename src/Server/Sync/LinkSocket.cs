using System.Net.WebSockets;
using Latchkey.Protocol.Link;

namespace Latchkey.Server.Sync;

/// <summary>Frames of the reader link over one WebSocket.</summary>
sealed class LinkSocket(WebSocket socket, TimeProvider time)
{
    /// <summary>The largest message a reader sends: a full batch of events, and room around it.</summary>
    public const int FrameBytesMax = EventsFrame.BatchMax * (EventsFrame.EventBytesMax + 16) + 1024;

    const int ChunkBytes = 4096;

    byte[] buffer = new byte[ChunkBytes];

    /// <summary>The next frame; null when the other side closes, says something unreadable, or is silent too long.</summary>
    public async Task<LinkFrame?> Receive(TimeSpan patience, CancellationToken cancel, int bytesMax = FrameBytesMax)
    {
        using var silence = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, silence.Token);
        try
        {
            for (var length = 0; ;)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, Math.Min(FrameBytesMax, buffer.Length * 4));
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), both.Token);
                length += part.Count;
                if (part.MessageType != WebSocketMessageType.Binary)
                    return null;
                if (part.EndOfMessage)
                    return LinkFrame.TryRead(buffer.AsSpan(0, length), out var frame) ? frame : null;
                if (length >= bytesMax)
                    return null;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    /// <summary>Only one sender at a time may call this.</summary>
    public Task Send(byte[] frame, CancellationToken cancel) =>
        socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, cancel).AsTask();

    public async Task Close(WebSocketCloseStatus status, CancellationToken cancel)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        try
        {
            await socket.CloseOutputAsync(status, null, cancel);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // It was gone already.
        }
    }
}
