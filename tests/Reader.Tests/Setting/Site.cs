using System.Security.Cryptography;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Store;

namespace Latchkey.Reader.Tests.Setting;

/// <summary>The server's half of a site, as far as a reader sees it: keys, rules, statements, receipts, documents.</summary>
internal sealed class Site : IDisposable
{
    public const ushort Everybody = 1;

    private byte[] lastHash = [];

    public Site()
    {
        SiteKey = NewKey();
        Issuer = NewKey();
        ReaderKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Bundle = new Bundle
        {
            Site = Id,
            Reader = Reader,
            Settings = new() { Name = "Main entrance", ReaderId = "MAIN-1", UnlockSeconds = 5, Ways = Way.Bluetooth | Way.Internet | Way.Console },
            SiteKeys = [SiteKey.Public],
            Sets = [Everybody],
            Zone = [new(0, 60)],
            Servers = [],
        };
        Bundle = Bundle with { Issuers = Bundle.Issuers.Add(Issuer.Public.KidNumber, new(Issuer.Public)) };
    }

    public SiteId Id { get; } = SiteId.From(Guid.NewGuid());

    public ReaderId Reader { get; } = ReaderId.From(Guid.NewGuid());

    public EcdsaSigner SiteKey { get; }

    public EcdsaSigner Issuer { get; }

    public ECDsa ReaderKey { get; }

    /// <summary>What the reader is to know next.</summary>
    public Bundle Bundle { get; set; }

    public long Epoch { get; set; } = 1;

    public long Seq { get; set; }

    public static EcdsaSigner NewKey() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public ReaderCertificate Certificate(uint notAfter = ReaderCertificate.NoEnd)
    {
        var bytes = ReaderCertificate.Sign(Reader, Id, ReaderCertificate.NoStart, notAfter, PublicKey.Of(ReaderKey), SiteKey);
        Assert.True(ReaderCertificate.TryRead(bytes, out var certificate));
        return certificate;
    }

    public Identity Identity(Uri link)
    {
        var key = ECDsa.Create(ReaderKey.ExportParameters(includePrivateParameters: true));
        return new(Certificate(), key, [SiteKey.Public], link, "Main entrance", "TEST0001");
    }

    /// <summary>The whole of <see cref="Bundle"/>, as the next statement.</summary>
    public byte[] Snapshot(long now, long lifeSeconds = Statement.LifeSeconds) => Sign(new()
    {
        Site = Id,
        Reader = Reader,
        Epoch = Epoch,
        Seq = ++Seq,
        IssuedAt = now,
        ExpiresAt = now + lifeSeconds,
        Snapshot = Bundle,
        StateHash = Bundle.StateHash(),
    });

    /// <summary>What turns <see cref="Bundle"/> into the next one.</summary>
    public byte[] Delta(long now, Func<Bundle, Bundle> change, long lifeSeconds = Statement.LifeSeconds)
    {
        var next = change(Bundle);
        var delta = Bundle.Diff(Bundle, next);
        Bundle = next;
        return Sign(new()
        {
            Site = Id,
            Reader = Reader,
            Epoch = Epoch,
            Seq = ++Seq,
            IssuedAt = now,
            ExpiresAt = now + lifeSeconds,
            Prev = lastHash,
            Delta = delta,
            StateHash = next.StateHash(),
        });
    }

    public byte[] Receipt(ChainState stored) => Protocol.Events.Receipt.Sign(Protocol.Events.Receipt.For(stored), SiteKey);

    /// <summary>What a grant would give a phone to carry: the first chunk, where all keys but these are valid.</summary>
    public CarriedLists Lists(uint sequence, long now, params (uint Key, KeyState State)[] states) => new(
        sequence, [List(0, 1, sequence, now, states)]);

    /// <summary>One chunk of as many as the site has.</summary>
    public byte[] List(uint chunk, uint chunks, uint sequence, long now, params (uint Key, KeyState State)[] states) =>
        StatusList.Sign(StatusList.Build(Id, chunk, chunks, sequence, now, now + 86400, 3600, states), Issuer);

    public Phone NewPhone(uint key = 7) => new(this, key);

    public void Dispose()
    {
        SiteKey.Dispose();
        Issuer.Dispose();
        ReaderKey.Dispose();
    }

    private byte[] Sign(Statement statement)
    {
        Assert.Null(Statement.Lint(statement, out var linted));
        var bytes = Statement.Sign(linted!, SiteKey);
        lastHash = Statement.HashOf(bytes);
        return bytes;
    }
}
