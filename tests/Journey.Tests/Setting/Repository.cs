using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>Where the built programs are.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    public static string Server => Path.Combine(Root, "artifacts", "bin", "Server", Configuration, "Latchkey.Server.dll");

    /// <summary>The published (ahead-of-time compiled) reader where there is one, as in CI; else the one built with these tests.</summary>
    public static string Reader =>
        new[] { Path.Combine(Root, "artifacts", "reader", "latchkey-reader"), Path.Combine(Root, "artifacts", "bin", "Reader", Configuration, "latchkey-reader") }
            .First(File.Exists);

    /// <summary>
    /// The first of so many neighbouring ports that nobody listens on, below those that the system gives to outgoing connections.
    /// </summary>
    public static int FreePorts(int count)
    {
        while (true)
        {
            var first = RandomNumberGenerator.GetInt32(20_000, 32_000);
            if (Enumerable.Range(first, count).All(IsFree))
                return first;
        }
    }

    static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Latchkey.slnx")))
                return at.FullName;
        }
        throw new InvalidOperationException("No Latchkey.slnx above the tests.");
    }
}
