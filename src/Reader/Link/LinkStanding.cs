namespace Latchkey.Reader.Link;

public enum LinkPhase
{
    Connecting,
    Connected,
    Offline,
    Refused,
    Cut,
}

/// <summary>How the link stands; the words are for the installer.</summary>
public sealed record LinkStanding(LinkPhase Phase, string? Words = null);
