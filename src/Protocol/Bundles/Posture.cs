using System.Formats.Cbor;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

public enum PostureMode : byte
{
    Normal = 0,

    /// <summary>Shut for everybody but keys with the override right.</summary>
    Lockdown = 1,

    /// <summary>Open for everybody, to get out.</summary>
    Evacuation = 2,

    HeldOpen = 3,
}

/// <summary>What the site wants of the door as a whole.</summary>
/// <param name="Until">Seconds, exclusive; null = until changed.</param>
public sealed record Posture(PostureMode Mode, long? Until = null)
{
    public static Posture Normal { get; } = new(PostureMode.Normal);

    /// <summary>The mode that holds now; past its end, normal.</summary>
    public PostureMode At(long now) => Until is null || now < Until ? Mode : PostureMode.Normal;

    internal static void Write(CborWriter writer, Posture posture)
    {
        writer.WriteStartMap(null);
        writer.Uint(1, (long)posture.Mode).Uint(2, posture.Until);
        writer.WriteEndMap();
    }

    internal static Posture Read(CborSource source)
    {
        source.OpenMap();
        var posture = new Posture(
            (PostureMode)source.Key(1).Uint((long)PostureMode.HeldOpen), source.HasKey(2) ? source.Time() : null);
        source.CloseMap();
        return posture;
    }
}
