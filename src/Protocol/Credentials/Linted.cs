namespace Latchkey.Protocol.Credentials;

/// <summary>
/// Something that passed its lint: the one thing that can be signed. Only lint methods make one, so no signature of ours stands
/// under bytes that our own readers would refuse.
/// </summary>
public sealed record Linted<T>
{
    internal Linted(T value) => Value = value;

    public T Value { get; }
}
