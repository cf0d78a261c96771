using CsCheck;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Wire;

/// <summary>What holds for every artefact: it reads back, whatever reads writes back to the same bytes, and no bytes make a reader fall.</summary>
public sealed class ArtefactTests
{
    private const int Iterations = 300;

    private static byte[]? Again(byte[] bytes) => AccessDocument.TryRead(bytes, out var document, out var signed)
        ? AccessDocument.Sign(Linted(document), new Frozen(Made.Issuer.Public, signed)) : null;

    [Fact]
    public void A_document_reads_back() => Gens.Document.Sample(document =>
    {
        var bytes = document.Sign(Made.Issuer);
        var (authenticity, read, _) = DocumentReading.Read(bytes, document.Site, [new Issuer(Made.Issuer.Public)]);
        return authenticity == Authenticity.Genuine && read == document && read!.Rules.SequenceEqual(document.Rules) && Again(bytes)!.SequenceEqual(bytes);
    }, iter: Rounds.Of(Iterations));

    [Fact]
    public void A_changed_document_is_refused_or_says_the_same() => Gens.Document.SelectMany(document =>
    {
        var bytes = document.Sign(Made.Issuer);
        return Gens.Mutated(bytes).Select(changed => (document, bytes, changed));
    }).Sample(t =>
    {
        if (t.changed.SequenceEqual(t.bytes))
            return true;
        // The kid is inside what is signed: the frozen signer writes it back only if it was not touched.
        if (Again(t.changed) is { } again && !again.SequenceEqual(t.changed))
            return AccessDocument.TryRead(t.changed, out _, out var signed) && !signed.Kid.AsSpan().SequenceEqual(Made.Issuer.Public.Kid);
        return DocumentReading.Read(t.changed, t.document.Site, [new Issuer(Made.Issuer.Public)]).Authenticity != Authenticity.Genuine;
    }, iter: Rounds.Of(Iterations));

    [Fact]
    public void A_bundle_reads_back() => Gens.Bundle.Sample(bundle =>
    {
        var bytes = bundle.ToCbor();
        return Bundle.Lint(bundle) is null && Bundle.TryRead(bytes, out var read) && read.ToCbor().SequenceEqual(bytes);
    }, iter: Rounds.Of(Iterations));

    [Fact]
    public void A_payload_reads_back() => Gens.Payload.Sample(payload =>
        EventPayload.TryRead(payload.ToCbor(), out var read) && read == payload, iter: Rounds.Of(Iterations));

    [Fact]
    public void A_card_reads_back() => Gens.Card.Sample(card =>
    {
        Assert.Null(SiteCard.Lint(card, out var linted));
        return SiteCard.TryRead(SiteCard.Sign(linted!, Made.SiteKey), [Made.SiteKey.Public], out var read) && read == card;
    }, iter: Rounds.Of(Iterations));

    [Fact]
    public void A_status_list_reads_back() => Gen.Select(Gen.UInt[0, StatusList.KeysPerChunk - 1], Gen.Int[1, 3]).Array[0, 200].Sample(states =>
    {
        var distinct = states.DistinctBy(state => state.Item1).Select(state => (Key: state.Item1, State: (KeyState)state.Item2)).ToDictionary();
        var bytes = StatusList.Sign(StatusList.Build(Made.Site, 0, 1, 1, 0, 1, 0, distinct.Select(s => (s.Key, s.Value))), Made.Issuer);
        return StatusList.TryRead(bytes, Made.Site, [Made.Issuer.Public], out var list) is null
            && Enumerable.Range(0, StatusList.KeysPerChunk).All(key => list!.StateOf((uint)key) == distinct.GetValueOrDefault((uint)key));
    }, iter: Rounds.Of(20));

    /// <summary>Readers without a signature in front: whatever they take after a mutation is what they would have written.</summary>
    [Fact]
    public void Whatever_reads_writes_back_to_the_same_bytes()
    {
        Holds(Gens.Bundle.Select(bundle => bundle.ToCbor()), bytes => Bundle.TryRead(bytes, out var read) ? read.ToCbor() : null);
        Holds(Gens.Payload.Select(payload => payload.ToCbor()), bytes => EventPayload.TryRead(bytes, out var read) ? read.ToCbor() : null);
        Holds(Headers, bytes => EventHeader.TryRead(bytes, out var read) ? read.ToCbor() : null);
        Holds(Gen.Select(Gens.Bundle, Gens.Bundle, (from, to) => Bundle.Diff(from, to).ToBytes()), bytes =>
            Delta.TryRead(bytes, out var delta) ? delta.ToBytes() : null);
    }

    private static Gen<byte[]> Headers => Gen.Select(Gens.Reader, Gens.Counter, Gens.Counter, Gens.Hash, Gens.Hash, Gen.Int[1, 13],
        (reader, boot, seq, prev, digest, kind) => new EventHeader(reader, boot, seq, prev, seq, (EventKind)kind, digest).ToCbor());

    private static void Holds(Gen<byte[]> good, Func<byte[], byte[]?> again) =>
        good.SelectMany(bytes => Gens.Either(Gen.Const(bytes), Gens.Mutated(bytes)))
            .Sample(bytes => again(bytes) is not { } written || written.SequenceEqual(bytes), iter: Rounds.Of(Iterations));

    /// <summary>No reader falls over any bytes, be they noise or a good artefact with something done to it.</summary>
    [Fact]
    public void No_bytes_make_a_reader_fall()
    {
        byte[][] seeds =
        [
            Made.Largest.Sign(Made.Issuer), StatementVectors.SignedSnapshot, StatementVectors.Change.Sign(Made.SiteKey), BundleVectors.Full.ToCbor(),
            EventVectors.Full.ToCbor(), StatusList.Sign(StatusList.Build(Made.Site, 0, 1, 1, 0, 1, 0, [(5, KeyState.Revoked)]), Made.Issuer),
            Bundle.Diff(Made.Bundle, BundleVectors.Full).ToBytes(),
        ];
        Gens.Either([Gens.AnyBytes, .. seeds.Select(Gens.Mutated), .. seeds.Select(seed => Gens.Mutated(seed).SelectMany(Gens.Mutated))])
            .Where(bytes => bytes.Length > 0)
            .Sample(ReadAsEverything, iter: Rounds.Of(Iterations * 5));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(0x1B), InlineData(0x9F), InlineData(0xBF), InlineData(0xD2), InlineData(0xFF)]
    public void A_single_byte_makes_no_reader_fall(byte value)
    {
        ReadAsEverything([]);
        ReadAsEverything([value]);
    }

    /// <summary>Lengths that promise more than there is, and arrays in arrays in arrays.</summary>
    [Fact]
    public void Promises_and_depth_make_no_reader_fall()
    {
        foreach (var head in new byte[] { 0x5B, 0x7B, 0x9B, 0xBB })
            foreach (var last in new byte[] { 0x7F, 0xFF })
                ReadAsEverything([head, last, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]);
        // The same where tables and arrays are read for good: nothing is set aside for what is only promised.
        foreach (var head in new byte[] { 0x5A, 0x7A, 0x9A, 0xBA })
            for (var section = 1; section <= 16; section++)
                ReadAsEverything(RawMap.Of(Made.Bundle.ToCbor()).With(section, [head, 0x7F, 0xFF, 0xFF, 0xFF]).ToBytes());
        ReadAsEverything([0x9A, 0x7F, 0xFF, 0xFF, 0xFF]);
        ReadAsEverything([.. Enumerable.Repeat((byte)0x81, 200_000)]);
        ReadAsEverything([0xA1, 0x0D, .. Enumerable.Repeat((byte)0x81, 60_000), 0]);
        ReadAsEverything([.. Enumerable.Repeat((byte)0xD2, 200_000)]);
    }

    private static void ReadAsEverything(byte[] bytes)
    {
        foreach (var typ in new[] { Typ.Document, Typ.StatusList, Typ.Statement, Typ.Receipt, Typ.Card, Typ.LinkReader, Typ.Redeem })
        {
            Cose.TryRead(bytes, typ, out _);
            // The same bytes behind a good frame, where they reach the inner readers.
            if (Typ.CarriesKid(typ))
                ReadSigned(new RawCose(typ, bytes, new Blank()).ToBytes());
        }

        ReadSigned(bytes);
        Bundle.TryRead(bytes, out _);
        if (Delta.TryRead(bytes, out var delta) && Made.Bundle.TryApply(delta, out var next))
            Bundle.Lint(next);
        EventHeader.TryRead(bytes, out _);
        EventPayload.TryRead(bytes, out _);
        EventChain.Check(ChainState.Start(Made.Reader), new EventRecord(bytes, bytes), out _);
        PublicKey.TryRead(bytes, out _);
        PublicKey.TryReadUncompressed(bytes, out _);
        ActivationCode.TryRead(string.Concat(bytes.Select(b => (char)(b * 257))), out _, out _);
    }

    private static void ReadSigned(byte[] bytes)
    {
        DocumentReading.Read(bytes, Made.Site, [new Issuer(Blank.Key)]);
        StatusList.TryRead(bytes, Made.Site, [Blank.Key], out _);
        Applying.Apply(StatementVectors.After with { SiteKeys = [Blank.Key] }, bytes, Made.Now, true);
        Receipt.TryRead(bytes, Made.Reader, [Blank.Key], out _);
        SiteCard.TryRead(bytes, [Blank.Key], out _);
    }

    private static Linted<AccessDocument> Linted(AccessDocument document)
    {
        Assert.Null(AccessDocument.Lint(document, out var linted));
        return linted!;
    }

    // Signs with a signature that is already there.
    private sealed class Frozen(PublicKey key, Sign1 signed) : ISigner
    {
        public PublicKey Public => key;

        public byte[] Sign(ReadOnlySpan<byte> data) => signed.Signature;
    }

    // Signs nothing, at once.
    private sealed class Blank : ISigner
    {
        public static PublicKey Key { get; } = new LabelledKey("latchkey-test blank").Public;

        public PublicKey Public => Key;

        public byte[] Sign(ReadOnlySpan<byte> data) => new byte[64];
    }
}
