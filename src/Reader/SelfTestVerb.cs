using System.Diagnostics;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Store;

namespace Latchkey.Reader;

/// <summary>Tries what a door stands on, on the machine at hand: keys, both sides of a handshake, the store and what a sync of its disk costs.</summary>
internal static class SelfTestVerb
{
    private const int Writes = 20;

    public static int Run()
    {
        var failed = 0;
        failed += Try("handshake", Handshake);
        failed += Try("store", Store);
        return failed == 0 ? 0 : 1;
    }

    private static int Try(string what, Func<string> test)
    {
        try
        {
            Console.WriteLine($"{what,-12} good, {test()}");
            return 0;
        }
        catch (Exception fault)
        {
            Console.WriteLine($"{what,-12} FAILED: {fault.Message}");
            return 1;
        }
    }

    private static string Handshake()
    {
        using var siteKey = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var readerKey = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var deviceKey = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var (site, reader) = (SiteId.From(Guid.NewGuid()), ReaderId.From(Guid.NewGuid()));
        var certificate = ReaderCertificate.Sign(reader, site, ReaderCertificate.NoStart, ReaderCertificate.NoEnd, readerKey.Public, siteKey);
        var began = Stopwatch.GetTimestamp();
        using var phone = new PhoneHandshake(_ => new HeldKey([siteKey.Public], null, deviceKey, 0, null), Ephemeral(), now: 0);
        using var door = new ReaderHandshake(new(site, reader, certificate, readerKey), Ephemeral(), default, new KnownKeys());
        var m3 = (HandshakeStep.Send)door.Receive(((PhoneStep.Send)phone.Receive(door.Start())).Values[0]);
        var proven = (HandshakeStep.Proven)door.Receive(((PhoneStep.Send)phone.Receive(m3.Value)).Values[0]);
        if (proven.Device != deviceKey.Public)
            throw new CryptographicException("Another key was proven than the phone's.");
        return $"{Stopwatch.GetElapsedTime(began).TotalMilliseconds:0.0} ms for both sides, {Fingerprint.Text(proven.Device)}";
    }

    private static string Store()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-self-test-");
        try
        {
            using var store = ReaderStore.Open(folder.FullName);
            var began = Stopwatch.GetTimestamp();
            for (var i = 1; i <= Writes; i++)
                store.Write(() => Marks.Set(store, Marks.Boot, i));
            var each = Stopwatch.GetElapsedTime(began).TotalMilliseconds / Writes;
            if (Marks.Get(store, Marks.Boot) != Writes || !store.IsSound())
                throw new IOException("What was written is not what was read.");
            return $"{each:0.00} ms until a write is on the disk";
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static EphemeralKey Ephemeral() => EphemeralKey.Of(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));
}
