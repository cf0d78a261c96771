using System.Net;
using System.Net.Sockets;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Demo;

/// <summary>A port that is taken is said in one line; somebody else may still take it a moment later, which is then a fault like any other.</summary>
static class LoopbackPort
{
    /// <exception cref="SettingsFault">Another program listens there.</exception>
    public static void Need(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException)
        {
            throw new SettingsFault("--port", $"{port} is taken by another program; the demo needs three free ports in a row");
        }
    }
}
