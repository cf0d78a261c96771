using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using Latchkey.Protocol.Link;

namespace Latchkey.Reader.Transports;

/// <summary>
/// GATT over a WebSocket (spec/virtual-radio.md). A radio is public by nature: any origin may connect, and nothing that comes is
/// believed before the handshake has proven it.
/// </summary>
public static class VirtualRadio
{
    public const string Path = "/radio";

    /// <summary>The longest thing a phone says: a write and its operation. One byte more shows that it is too long.</summary>
    private const int MessageBytesMax = 1 + PhoneConnection.ValueBytesMax;

    /// <summary>Bounded because a phone that does not listen must not fill the reader's memory.</summary>
    private const int AnswersMax = 64;

    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    public static async Task Serve(HttpContext context, Phones phones)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(RadioFrame.Subprotocol))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, $"This is a radio: connect by WebSocket, subprotocol {RadioFrame.Subprotocol}.");
            return;
        }

        if (!TryReadMtu(context.Request.Query["mtu"], out var mtu))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, $"mtu is a number from {RadioFrame.MtuMin} to {RadioFrame.MtuMax}.");
            return;
        }

        using var connection = phones.Open(mtu);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(RadioFrame.Subprotocol);
        await Talk(socket, connection, context.RequestAborted);
    }

    private static async Task Talk(WebSocket socket, PhoneConnection connection, CancellationToken aborted)
    {
        var answers = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(AnswersMax) { SingleReader = true });
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(aborted);

        // Full means that the phone stopped listening: the connection is over.
        void Say(RadioFrame frame)
        {
            if (!answers.Writer.TryWrite(frame.ToBytes()))
                answers.Writer.TryComplete();
        }

        connection.Notified += Say;
        connection.Closed += () => answers.Writer.TryComplete();
        // Its place was given away before it was heard here.
        if (connection.IsClosed)
            answers.Writer.TryComplete();
        Say(RadioFrame.Connected(connection.Mtu, connection.LocalName));

        var sending = Send(socket, answers.Reader, hangUp);
        await Listen(socket, connection, Say, hangUp.Token);
        connection.Close();
        await sending;
    }

    private static async Task Listen(WebSocket socket, PhoneConnection connection, Action<RadioFrame> say, CancellationToken hangUp)
    {
        var buffer = new byte[MessageBytesMax + 1];
        try
        {
            while (await ReadMessage(socket, buffer, hangUp) is { } length && Take(buffer.AsSpan(0, length), connection, say))
            {
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // Out of reach.
        }
    }

    /// <summary>
    /// One request. Its answer goes out before anything it causes, and before the next request is looked at, so the rule of one at a time
    /// cannot be broken from here. False closes.
    /// </summary>
    private static bool Take(ReadOnlySpan<byte> message, PhoneConnection connection, Action<RadioFrame> say)
    {
        if (message.Length > 0 && message[0] == (byte)RadioOperation.Write && !PhoneConnection.Fits(message.Length - 1))
        {
            say(RadioFrame.Written(RadioFrame.InvalidLength));
            return true;
        }

        if (!RadioFrame.TryReadFromPhone(message, out var request))
            return false;
        switch (request.Operation)
        {
            case RadioOperation.Subscribe:
                say(RadioFrame.Subscribed);
                connection.Subscribe();
                return true;
            case RadioOperation.Unsubscribe:
                connection.Unsubscribe();
                say(RadioFrame.Unsubscribed);
                return true;
            case RadioOperation.Write:
                say(RadioFrame.Written(RadioFrame.WriteTaken));
                connection.Write(request.Value);
                return true;
            case RadioOperation.Read:
                connection.Read(value => say(RadioFrame.ReadAnswer(value)));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null when the phone hung up, or said something that is not one binary message of a radio's size.</summary>
    private static async Task<int?> ReadMessage(WebSocket socket, byte[] buffer, CancellationToken hangUp)
    {
        var length = 0;
        while (length < buffer.Length)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), hangUp);
            if (part.MessageType != WebSocketMessageType.Binary)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                return length;
        }

        return null;
    }

    private static async Task Send(WebSocket socket, ChannelReader<byte[]> answers, CancellationTokenSource hangUp)
    {
        try
        {
            await foreach (var message in answers.ReadAllAsync(hangUp.Token))
                await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, hangUp.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, hangUp.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // Out of reach.
        }

        // The phone has a moment to answer the close; then the reader stops listening.
        hangUp.CancelAfter(FarewellTime);
    }

    private static bool TryReadMtu(string? text, out int mtu)
    {
        mtu = RadioFrame.MtuMax;
        return text is null
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mtu) && mtu is >= RadioFrame.MtuMin and <= RadioFrame.MtuMax);
    }

    private static Task Refuse(HttpContext context, int status, string words)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(words);
    }
}
