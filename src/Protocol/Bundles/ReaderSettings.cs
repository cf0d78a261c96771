using System.Formats.Cbor;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

/// <summary>How a phone is held to the reader.</summary>
public enum PresentationMode : byte
{
    Present = 0,
    Touch = 1,
    LongRange = 2,
}

/// <summary>What a reader does once its bundle has expired.</summary>
public enum Degraded : byte
{
    DocumentsOnly = 0,
    DenyAll = 1,
}

/// <summary>The reader's own settings (section 3 of the bundle).</summary>
public sealed record ReaderSettings
{
    public const int NameBytesMax = 64;
    public const int ReaderIdLengthMax = 8;

    public required string Name { get; init; }

    /// <summary>The advertised local name: 1 to 8 printable ASCII characters.</summary>
    public required string ReaderId { get; init; }

    public bool InService { get; init; } = true;

    /// <summary>1 to 255.</summary>
    public int UnlockSeconds { get; init; } = 5;

    /// <summary>1 to 255; for documents with the long-unlock flag.</summary>
    public int LongUnlockSeconds { get; init; } = 20;

    public PresentationMode Presentation { get; init; }

    public Way Ways { get; init; } = Way.Bluetooth | Way.Internet;

    /// <summary>The phone must have verified its user.</summary>
    public bool SecondFactor { get; init; }

    public bool OneTap { get; init; }

    public Degraded Degraded { get; init; }

    /// <summary>Uses a counted key may take while the counter cannot be reached.</summary>
    public uint OfflineUses { get; init; }

    /// <summary>10, 40, 70 or 100: how strong the signal must be.</summary>
    public int RangePercent { get; init; } = 10;

    public bool Led { get; init; } = true;

    public bool Buzzer { get; init; } = true;

    internal static bool IsReaderId(string id) =>
        id.Length is > 0 and <= ReaderIdLengthMax && id.All(character => character is > ' ' and <= '~');

    internal bool IsSound =>
        WellFormed.Text(Name, NameBytesMax, bytesMin: 1)
        && IsReaderId(ReaderId)
        && UnlockSeconds is >= 1 and <= 255 && LongUnlockSeconds is >= 1 and <= 255
        && Presentation <= PresentationMode.LongRange && Degraded <= Degraded.DenyAll
        && RangePercent is 10 or 40 or 70 or 100;

    internal static void Write(CborWriter writer, ReaderSettings settings)
    {
        writer.WriteStartMap(14);
        writer.Text(1, settings.Name).Text(2, settings.ReaderId).Bool(3, settings.InService);
        writer.Uint(4, settings.UnlockSeconds).Uint(5, settings.LongUnlockSeconds).Uint(6, (long)settings.Presentation);
        writer.Uint(7, (long)settings.Ways).Bool(8, settings.SecondFactor).Bool(9, settings.OneTap).Uint(10, (long)settings.Degraded);
        writer.Uint(11, settings.OfflineUses).Uint(12, settings.RangePercent).Bool(13, settings.Led).Bool(14, settings.Buzzer);
        writer.WriteEndMap();
    }

    internal static ReaderSettings Read(CborSource source)
    {
        source.OpenMap();
        var settings = new ReaderSettings
        {
            Name = source.Key(1).Text(NameBytesMax),
            ReaderId = source.Key(2).Text(ReaderIdLengthMax),
            InService = source.Key(3).Bool(),
            UnlockSeconds = (int)source.Key(4).Uint(255),
            LongUnlockSeconds = (int)source.Key(5).Uint(255),
            Presentation = (PresentationMode)source.Key(6).Uint((long)PresentationMode.LongRange),
            Ways = (Way)source.Key(7).Uint(byte.MaxValue),
            SecondFactor = source.Key(8).Bool(),
            OneTap = source.Key(9).Bool(),
            Degraded = (Degraded)source.Key(10).Uint((long)Degraded.DenyAll),
            OfflineUses = source.Key(11).Uint32(),
            RangePercent = (int)source.Key(12).Uint(100),
            Led = source.Key(13).Bool(),
            Buzzer = source.Key(14).Bool(),
        };
        source.CloseMap();
        return settings;
    }
}
