using System.Collections.Immutable;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;

namespace Latchkey.Reader.Store;

/// <summary>Who this reader is, since it was paired: its key, its certificate, whom it believes, where its server is.</summary>
public sealed class Identity : IDisposable
{
    private readonly ECDsa key;

    public Identity(ReaderCertificate certificate, ECDsa key, ImmutableArray<PublicKey> siteKeys, Uri link, string name, string systemId)
    {
        this.key = key;
        AtTheDoor = new(certificate.Site, certificate.Reader, certificate.Span.ToArray(), new EcdsaSigner(key));
        SiteKeys = siteKeys;
        Link = link;
        Name = name;
        SystemId = systemId;
    }

    /// <summary>What phones and server get to see and have proven.</summary>
    public ReaderIdentity AtTheDoor { get; private set; }

    public SiteId Site => AtTheDoor.Site;

    public ReaderId Reader => AtTheDoor.Reader;

    /// <summary>As told at pairing; once rules are applied, theirs count.</summary>
    public ImmutableArray<PublicKey> SiteKeys { get; }

    /// <summary>Where the reader link goes.</summary>
    public Uri Link { get; }

    /// <summary>As given at pairing; the console may call it otherwise.</summary>
    public string Name { get; }

    public string SystemId { get; }

    /// <summary>A demo system's System ID and Key are printed in the manual: whoever reads it can pair a reader of their own.</summary>
    public bool IsDemo => SystemId.StartsWith("demo", StringComparison.OrdinalIgnoreCase);

    public static Identity? Load(ReaderStore store) => store.First(
        "SELECT key, certificate, site_keys, link, name, system_id FROM identity",
        row =>
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(row.GetFieldValue<byte[]>(0), out _);
            if (!ReaderCertificate.TryRead(row.GetFieldValue<byte[]>(1), out var certificate))
                throw new SetupException("The data folder holds a reader certificate that cannot be read.");
            return new Identity(certificate, key, Keys(row.GetFieldValue<byte[]>(2)), new Uri(row.GetString(3)), row.GetString(4), row.GetString(5));
        });

    /// <summary>A reader is paired once: pairing with another site needs another folder, so that no two sites share one log.</summary>
    public void Save(ReaderStore store)
    {
        var pkcs8 = key.ExportPkcs8PrivateKey();
        try
        {
            store.Write(() => store.Run(
                "INSERT INTO identity (one, key, certificate, site_keys, link, name, system_id) VALUES (1, $1, $2, $3, $4, $5, $6)",
                pkcs8,
                AtTheDoor.Certificate,
                SiteKeys.SelectMany(siteKey => siteKey.ToBytes()).ToArray(),
                Link.ToString(),
                Name,
                SystemId));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>Takes a certificate that the caller has verified to be this reader's.</summary>
    public void Renew(ReaderStore store, ReaderCertificate certificate)
    {
        var bytes = certificate.Span.ToArray();
        store.Write(() => store.Run("UPDATE identity SET certificate = $1", bytes));
        AtTheDoor = AtTheDoor with { Certificate = bytes };
    }

    public void Dispose() => key.Dispose();

    private static ImmutableArray<PublicKey> Keys(byte[] joined) =>
    [
        .. joined.Chunk(PublicKey.Bytes).Select(point => PublicKey.TryRead(point, out var key)
            ? key
            : throw new SetupException("The data folder holds a site key that cannot be read.")),
    ];
}
