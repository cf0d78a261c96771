using System.Security.Cryptography;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Readers;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Activation;

/// <summary>A site may have more than a site card holds; its phones get what fits, and never nothing.</summary>
public class LargeCardTests(Houses houses)
{
    static readonly byte[] SomeKey = NewKey();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static byte[] NewKey()
    {
        using var signer = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        return signer.Public.ToBytes();
    }

    static Reader Door(Site site, int i, DateTimeOffset now) => new()
    {
        CustomerId = site.Id,
        Id = Guid.NewGuid(),
        ReaderId = $"LK-{i:D5}",
        // The longest name a reader may have, and the longest address it may say.
        Name = $"{i:D4}" + new string('n', Reader.NameCharsMax - 4),
        PublicKey = SomeKey,
        CreatedAt = now,
        CertificateEndsAt = now + Reader.CertificateLife,
        RadioAddress = "ws://localhost/" + new string('r', SiteCard.TextBytesMax - "ws://localhost/".Length),
    };

    static Reader Deleted(Site site, int i, DateTimeOffset at)
    {
        var reader = Door(site, i, at);
        (reader.State, reader.DeletedAt) = (ReaderState.Deleted, at);
        return reader;
    }

    static Task Add(Site site, IEnumerable<Reader> readers) => site.House.Store.Write(
        db =>
        {
            db.Readers.AddRange(readers);
            return Task.CompletedTask;
        },
        Cancel);

    static ReaderRevocationList ListOf(Granted granted)
    {
        Assert.True(ReaderRevocationList.TryRead(granted.Card.RevocationList, SiteId.From(granted.Site), granted.Card.SiteKeys, out var list));
        return list;
    }

    [Theory, BothEngines]
    public async Task A_phone_gets_as_many_doors_as_its_card_has_room_for_and_the_newest_deleted_readers(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var site = await server.NewSite();
        var now = server.Time.GetUtcNow();
        var deleted = Enumerable.Range(0, RevokedReaders.ReadersMax + 5).Select(i => Deleted(site, i, now.AddDays(-1))).ToList();
        deleted[^1].DeletedAt = now;
        await Add(site, [.. Enumerable.Range(0, SiteCard.DoorsMax + 1).Select(i => Door(site, i, now)), .. deleted]);
        using var phone = new RawPhone(server);
        var granted = await phone.MustActivate((await site.Issue()).Code);

        Assert.InRange(granted.Card.Doors.Length, 50, SiteCard.DoorsMax - 1);
        Assert.Equal(Enumerable.Range(0, granted.Card.Doors.Length).Select(i => $"LK-{i:D5}"), granted.Card.Doors.Select(d => d.ReaderId));
        var list = ListOf(granted);
        Assert.Equal(RevokedReaders.ReadersMax, list.Readers.Count);
        Assert.True(list.Contains(ReaderId.From(deleted[^1].Id)));
        // It would be renewed the same way.
        await Granted.Read(await phone.Renew(granted.Site, granted.Key));
    }

    [Theory, BothEngines]
    public async Task A_deleted_reader_is_named_until_nobody_believes_its_certificate_and_the_next_list_is_newer(Engine engine)
    {
        var server = await houses.Own(engine);
        var site = await server.NewSite();
        var now = server.Time.GetUtcNow();
        Reader[] gone = [Deleted(site, 1, now), Deleted(site, 2, now)];
        await Add(site, gone);
        using var phone = new RawPhone(server);
        var granted = await phone.MustActivate((await site.Issue()).Code);
        var first = ListOf(granted);
        Assert.Equal(2, first.Readers.Count);

        server.Leap(Reader.CertificateLife + RevokedReaders.NamedAfterEnd - TimeSpan.FromSeconds(1));
        var same = ListOf(await Granted.Read(await phone.Renew(granted.Site, granted.Key)));
        Assert.Equal((first.Issued, first.Readers), (same.Issued, same.Readers), (a, b) => a.Issued == b.Issued && a.Readers.SequenceEqual(b.Readers));
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var later = ListOf(await Granted.Read(await phone.Renew(granted.Site, granted.Key)));
        Assert.Empty(later.Readers);
        // No phone needs to take it: what it leaves out is refused anyway.
        Assert.Equal(first.Issued, later.Issued);

        var third = Deleted(site, 3, server.Time.GetUtcNow());
        await Add(site, [third]);
        var newest = ListOf(await Granted.Read(await phone.Renew(granted.Site, granted.Key)));
        Assert.Equal([ReaderId.From(third.Id)], newest.Readers.Select(r => r.Reader));
        Assert.True(newest.Replaces(first));
    }
}
