namespace Latchkey.Protocol.Wire;

/// <summary>How a presentation comes to a reader; several together are the ways a reader allows. A virtual radio counts as Bluetooth.</summary>
[Flags]
public enum Way : byte
{
    None = 0,
    Bluetooth = 1,
    Internet = 2,
    Qr = 4,
    Pass = 8,
    Nfc = 16,
    Badge = 32,
    Pin = 64,
    Console = 128,
}
