using Latchkey.Reader.Store;

namespace Latchkey.Reader.Link;

/// <summary>What the link reads from and brings to.</summary>
/// <param name="RadioAddress">Of the virtual radio, once it is on the air and others can reach it.</param>
/// <param name="Complain">For the reader's own output.</param>
public sealed record LinkParts(
    Rules Rules,
    EventLog Log,
    DoorClock Clock,
    StatusLists Lists,
    Orders Orders,
    ReaderStore Store,
    TimeProvider Time,
    string Software,
    Func<string?> RadioAddress,
    Action<string> Complain);
