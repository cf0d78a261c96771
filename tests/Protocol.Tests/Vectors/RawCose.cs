using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>COSE_Sign1 by hand: what is wrong about one is signed all the same, so that it is refused for its form alone.</summary>
sealed record RawCose(string Typ, byte[] Payload, ISigner Signer)
{
    public byte[]? Header { get; init; }

    public byte[] Unprotected { get; init; } = Raw.Map();

    public Func<byte[], byte[]> Signature { get; init; } = signature => signature;

    public RawMap HeaderMap => Protocol.Credentials.Typ.CarriesKid(Typ)
        ? new((1, Raw.Int(-7)), (4, Raw.Bytes(Signer.Public.Kid)), (16, Raw.Text(Typ)))
        : new((1, Raw.Int(-7)), (16, Raw.Text(Typ)));

    public byte[][] Parts()
    {
        var header = Raw.Bytes(Header ?? HeaderMap.ToBytes());
        var toBeSigned = Raw.Array(Raw.Text("Signature1"), header, Raw.Bytes([]), Raw.Bytes(Payload));
        return [header, Unprotected, Raw.Bytes(Payload), Raw.Bytes(Signature(Signer.Sign(toBeSigned)))];
    }

    public byte[] ToBytes() => Raw.Tag(18, Raw.Array(Parts()));

    /// <summary>The ways to get the frame wrong that every signed artefact refuses.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> WrongFrames()
    {
        var good = ToBytes();
        yield return ("empty", []);
        yield return ("trailing byte", [.. good, 0]);
        yield return ("cut by one byte", good[..^1]);
        yield return ("no tag", Raw.Array(Parts()));
        yield return ("tag 17", Raw.Tag(17, Raw.Array(Parts())));
        yield return ("tag 61 around", Raw.Tag(61, good));
        yield return ("tag 18 in two bytes", [0xD8, 18, .. Raw.Array(Parts())]);
        yield return ("five parts", Raw.Tag(18, Raw.Array([.. Parts(), Raw.Bytes([])])));
        yield return ("three parts", Raw.Tag(18, Raw.Array(Parts()[..3])));
        yield return ("indefinite array", Raw.Tag(18, Raw.IndefiniteArray(Parts())));
        yield return ("unprotected header not empty", (this with { Unprotected = Raw.Map((Raw.Int(4), Raw.Bytes(Signer.Public.Kid))) }).ToBytes());
        yield return ("unprotected header an array", (this with { Unprotected = Raw.Array() }).ToBytes());
        yield return ("signature of 63 bytes", (this with { Signature = signature => signature[1..] }).ToBytes());
        yield return ("signature of 65 bytes", (this with { Signature = signature => [0, .. signature] }).ToBytes());
        yield return ("header empty", (this with { Header = [] }).ToBytes());
        yield return ("header with another algorithm", WithHeader(HeaderMap.With(1, Raw.Int(-8))));
        yield return ("header with another type", WithHeader(HeaderMap.With(16, Raw.Text("lk-other"))));
        yield return ("header with a number as type", WithHeader(HeaderMap.With(16, Raw.Int(1))));
        yield return ("header without type", WithHeader(HeaderMap.Without(16)));
        yield return ("header without algorithm", WithHeader(HeaderMap.Without(1)));
        yield return ("header with one entry more", WithHeader(HeaderMap.With(2, Raw.Array(Raw.Int(16)))));
        yield return ("header unsorted", WithHeader(HeaderMap.Swapped()));
        yield return ("header with a key twice", WithHeader(HeaderMap.Twice(1)));
        yield return ("header with a byte behind", (this with { Header = [.. HeaderMap.ToBytes(), 0] }).ToBytes());
        yield return ("header indefinite", (this with { Header = Raw.IndefiniteMap(HeaderMap.Entries) }).ToBytes());
        if (!Protocol.Credentials.Typ.CarriesKid(Typ))
        {
            yield return ("header with a kid", WithHeader(HeaderMap.With(4, Raw.Bytes(Signer.Public.Kid))));
            yield break;
        }

        yield return ("header without kid", WithHeader(HeaderMap.Without(4)));
        yield return ("header with a kid of three bytes", WithHeader(HeaderMap.With(4, Raw.Bytes(Signer.Public.Kid.AsSpan(0, 3)))));
        yield return ("header with a kid as text", WithHeader(HeaderMap.With(4, Raw.Text("abcd"))));
    }

    private byte[] WithHeader(RawMap header) => (this with { Header = header.ToBytes() }).ToBytes();
}
