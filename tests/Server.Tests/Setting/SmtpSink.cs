using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace Latchkey.Server.Tests.Setting;

/// <summary>A mail server in the process: takes everything, unless a test says what it should answer to a recipient.</summary>
sealed class SmtpSink : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource end = new();

    public SmtpSink()
    {
        listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;
    public ConcurrentQueue<MimeMessage> Mails { get; } = new();

    /// <summary>What it says to RCPT instead of yes.</summary>
    public string? Refusal { get; set; }

    async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await listener.AcceptTcpClientAsync(end.Token));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    async Task Serve(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        Task Say(string line) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), end.Token).AsTask();
        await Say("220 sink");
        while (await reader.ReadLineAsync(end.Token) is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    await Say("250-sink");
                    await Say("250 8BITMIME");
                    break;
                case "RCPT" when Refusal is { } refusal:
                    await Say(refusal);
                    break;
                case "DATA":
                    await Say("354 go on");
                    var mail = new StringBuilder();
                    while (await reader.ReadLineAsync(end.Token) is { } text && text != ".")
                        mail.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                    Mails.Enqueue(await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(mail.ToString()))));
                    await Say("250 taken");
                    break;
                case "QUIT":
                    await Say("221 bye");
                    return;
                default:
                    await Say("250 ok");
                    break;
            }
        }
    }

    public void Dispose()
    {
        end.Cancel();
        listener.Stop();
        end.Dispose();
    }
}
