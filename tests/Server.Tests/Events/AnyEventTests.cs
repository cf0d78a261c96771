using System.Security.Cryptography;
using CsCheck;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Events;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Tests.Sync;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Events;

/// <summary>Whoever stands at a door has a hand in what its reader writes down. None of it may stop the log, or the link that carries revocations.</summary>
public class AnyEventTests(Houses houses)
{
    const int Batches = 6;
    const int BatchEvents = 40;

    [Theory, BothEngines]
    public async Task A_number_that_can_not_be_ours_is_a_claim_like_any_other(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        foreach (var number in new uint[] { int.MaxValue, int.MaxValue + 1u, uint.MaxValue - 1, uint.MaxValue })
            foreach (var authenticity in Enum.GetValues<Authenticity>())
                await reader.Bring(reader.Happen(EventKind.Decision, Blank() with { KeyNumber = number, Authenticity = authenticity, Reason = Reason.UnknownCredential }));
        Assert.All((await site.Get<EventListAnswer>("/api/v1/events")).Events, e => Assert.Null(e.KeyId));
    }

    [Theory, BothEngines]
    public async Task Every_payload_that_reads_is_stored_listed_and_explained(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        using var phone = await site.NewPhone();
        using var stranger = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var chain = reader.Chain;
        // The same at every run: what this finds, it finds again.
        var seed = new PCG(7);
        for (var i = 0; i < Batches; i++)
        {
            var happened = Happened(reader, phone, stranger).Array[BatchEvents].Generate(seed, null, out var _);
            var batch = new List<EventBytes>();
            foreach (var (payload, kind, timeMs) in happened)
            {
                (var record, chain) = EventChain.Append(chain, payload, 1, timeMs, kind);
                batch.Add(new(record.Header, record.Payload));
            }
            Assert.Equal(chain.Seq, (await reader.Bring([.. batch])).Seq);
        }
        var rows = (await site.Get<EventListAnswer>("/api/v1/events?limit=80")).Events;
        Assert.Equal(80, rows.Count);
        foreach (var row in rows)
            await site.Get<WhyAnswer>($"/api/v1/events/{row.Id}/why");
    }

    [Theory, BothEngines]
    public async Task No_bytes_whatever_are_more_than_a_fault_of_the_chain(Engine engine)
    {
        var (site, reader) = await Linked(engine);
        using var _ = reader;
        var store = site.House.Get<StoreEvents>();
        var good = reader.Happen(EventKind.Started);
        var seed = new PCG(7);
        var any = Gen.OneOf(
            Gen.Select(Gen.Byte.Array[1, 200], Gen.Byte.Array[1, 200], (header, payload) => new EventBytes(header, payload)),
            Gen.Select(Gen.Int[0, good.Header.Length - 1], Gen.Byte[1, 255], (at, flip) => good with { Header = Flipped(good.Header, at, flip) }),
            Gen.Select(Gen.Int[0, good.Payload.Length - 1], Gen.Byte[1, 255], (at, flip) => good with { Payload = Flipped(good.Payload, at, flip) }));
        for (var i = 0; i < Batches; i++)
            await store.Take(site.Id, reader.Id, new(any.Array[BatchEvents].Generate(seed, null, out var _), FromOldest: i % 2 == 0), CancellationToken.None);
        Assert.NotNull((await site.Read(db => db.ReaderChains.SingleAsync(c => c.CustomerId == site.Id))).Fault);
    }

    [Theory, BothEngines]
    public async Task Events_that_can_not_be_stored_keep_no_statement_back_and_are_stored_once_they_can(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = await new DoorReader(site).Ready();
        await LinkTests.Acknowledged(site, reader);
        using var phone = await site.NewPhone();
        await Rename(house, "EventCounters", "EventCountersAway");
        var batch = new EventsFrame([reader.Happen(EventKind.Tamper)]);
        await reader.Send(batch);

        var revoked = await house.Get<RevokeMobileKey>().Do(site.Owner, site.Id, phone.MobileKeyId, new(Guid.NewGuid(), null, false), CancellationToken.None);
        Assert.True(revoked.Done);
        await reader.ApplyUntil(bundle => bundle.States.ContainsKey(phone.Claims.Key));

        // A reader without a receipt sends again and again; the log of the server hears of it once.
        for (var i = 0; i < 20; i++)
        {
            house.Time.Advance(TimeSpan.FromSeconds(10));
            await reader.Send(batch);
            await reader.Tell(eventsWaiting: 1);
            await reader.Expect<HeartbeatFrame>();
        }
        await Rename(house, "EventCountersAway", "EventCounters");
        ReceiptFrame? receipt = null;
        while (receipt is null)
        {
            house.Time.Advance(TimeSpan.FromSeconds(10));
            await reader.Send(batch);
            await reader.Tell(eventsWaiting: 1);
            while (await reader.Next() is { } frame and not HeartbeatFrame)
                receipt = frame as ReceiptFrame ?? receipt;
        }
        Assert.True(Receipt.TryRead(receipt.Receipt, reader.State.Reader, reader.State.SiteKeys, out var read));
        Assert.Equal(1, read.Seq);
        Assert.Equal(1, Failures(house, "Error"));
    }

    static int Failures(House house, string level) =>
        house.Logged.Count(line => line.StartsWith($"{level}: ", StringComparison.Ordinal) && line.Contains("could not be stored", StringComparison.Ordinal));

    static async Task Rename(House house, string from, string to)
    {
        await using var db = house.Store.Open();
#pragma warning disable EF1002 // Both names stand in this file.
        await db.Database.ExecuteSqlRawAsync($"ALTER TABLE \"{from}\" RENAME TO \"{to}\"");
#pragma warning restore EF1002
    }

    async Task<(Site Site, DoorReader Reader)> Linked(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var reader = await new DoorReader(site).Ready();
        await LinkTests.Acknowledged(site, reader);
        return (site, reader);
    }

    static EventPayload Blank() => new() { Salt = RandomNumberGenerator.GetBytes(EventPayload.SaltBytes) };

    static byte[] Flipped(byte[] bytes, int at, byte flip) => [.. bytes[..at], (byte)(bytes[at] ^ flip), .. bytes[(at + 1)..]];

    static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static Gen<T?> Maybe<T>(params T[] values)
        where T : struct => Gen.Int[-1, values.Length - 1].Select(i => i < 0 ? (T?)null : values[i]);

    /// <summary>Any mix of what a payload can hold, sensible together or not, and the ends of every number.</summary>
    static Gen<(EventPayload Payload, EventKind Kind, long TimeMs)> Happened(DoorReader reader, Phone phone, EcdsaSigner stranger)
    {
        var times = Maybe<long>(0, 1, reader.Now - 1000, reader.Now, reader.Now + 1000, UnixTime.End - 1, UnixTime.End);
        var numbers = Maybe<uint>(0, 1, phone.Claims.Key, phone.Claims.Key + 1, int.MaxValue, int.MaxValue + 1u, uint.MaxValue - 1, uint.MaxValue);
        AccessDocument.Lint(phone.Claims with { Key = uint.MaxValue - 1 }, out var claims);
        var selfSigned = AccessDocument.Sign(claims!, stranger);
        byte[]?[] documents = [null, phone.Document, selfSigned, Flipped(phone.Document, phone.Document.Length - 1, 1), [0], new byte[AccessDocument.BytesMax]];
        PublicKey?[] devices = [null, stranger.Public, phone.Claims.Device];
        string?[] texts = [null, "", "\0", "Jana\u202E", new('x', EventPayload.TextBytesMax)];
        var facts = Gen.Select(Gen.Bool.Array[3], numbers, times, Maybe(Enum.GetValues<Protocol.Credentials.KeyState>()), (bits, number, time, listed) => !bits[0] && !bits[1] && !bits[2] ? null : (DoorFacts?)new DoorFacts
        {
            ClockTrusted = bits[0], BundleExpired = bits[1], Inside = bits[2], NewestSerial = number, UsesLeft = number, TouchedAt = time,
            ThrottledUntil = time, Listed = listed == Protocol.Credentials.KeyState.Valid ? null : listed,
        });
        return Gen.Select(
            Gen.Select(numbers, numbers, numbers, times, times, times),
            Gen.Select(
                Maybe(Enumerable.Range(0, 8).Select(bit => (Way)(1 << bit)).ToArray()), Maybe(Reasons.All.ToArray()), Maybe(Enum.GetValues<CredentialKind>()),
                Maybe(Enum.GetValues<Authenticity>()), Maybe((EventFlags)7, EventFlags.None, EventFlags.OneTap), Maybe<uint>(0, 1, 100)),
            Gen.Select(Pick(documents), Pick(devices), Pick(texts), facts, Gen.Bool),
            Gen.Select(
                Pick(Enum.GetValues<EventKind>()), Pick(0L, 1, 1_790_000_000_000, 253_402_300_799_999, 253_402_300_800_000, CborSource.SafeIntegerMax),
                Maybe<long>(0, reader.State.Seq, CborSource.SafeIntegerMax), Pick(new Rule(1, Rule.Always), (Rule?)null)),
            (numbers, kinds, rest, header) => (
                Blank() with
                {
                    KeyNumber = numbers.Item1, Serial = numbers.Item2, UserId = numbers.Item3, DurationMs = numbers.Item2,
                    Now = numbers.Item4, VerifiedAt = numbers.Item5, Dated = numbers.Item6,
                    Way = kinds.Item1, Reason = kinds.Item2, Credential = kinds.Item3, Authenticity = kinds.Item4, Flags = kinds.Item5, SignalPercent = kinds.Item6,
                    Document = rest.Item1, DeviceKey = rest.Item2, Text = rest.Item3, Facts = rest.Item4,
                    Command = rest.Item5 ? new byte[EventPayload.CommandBytes] : null,
                    BundleEpoch = rest.Item5 ? reader.State.Epoch : CborSource.SafeIntegerMax, BundleSeq = header.Item3 ?? reader.State.Seq, Rule = header.Item4,
                },
                header.Item1, header.Item2));
    }
}
