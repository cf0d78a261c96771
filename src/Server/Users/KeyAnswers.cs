namespace Latchkey.Server.Users;

/// <summary>A mobile key after an act on it.</summary>
/// <param name="MobileKeyId">The mobile key.</param>
/// <param name="State">Its state now.</param>
/// <param name="Reach">How many readers know of the act; null when no reader needs to.</param>
public sealed record MobileKeyAnswer(Guid MobileKeyId, KeyState State, Reach? Reach);

/// <summary>A code that was just made. It is shown here and in the mail, and nowhere else.</summary>
/// <param name="MobileKeyId">The mobile key it activates.</param>
/// <param name="UserId">Whose key it is.</param>
/// <param name="UserNumber">The User ID.</param>
/// <param name="Code">The code in groups of four.</param>
/// <param name="Link">The link that the mail and the QR picture carry; the code is in its fragment.</param>
/// <param name="CodeEndsAt">When the code stops, if it is not used before.</param>
/// <param name="MessageId">The mail, when one was asked for.</param>
/// <param name="SentTo">The address it goes to.</param>
public sealed record NewCodeAnswer(
    Guid MobileKeyId, Guid UserId, int UserNumber, string Code, string Link, DateTimeOffset CodeEndsAt, Guid? MessageId, string? SentTo = null)
{
    // A record prints its members; a code is not for printing.
    public override string ToString() => $"code for mobile key {MobileKeyId}";
}

/// <summary>How far a change has come: which readers have told that they know.</summary>
/// <param name="Told">Readers that acknowledged it.</param>
/// <param name="Of">Readers in service.</param>
/// <param name="Slowest">The reader that has been silent longest among those that don't know yet.</param>
/// <param name="LatestAt">When the last document issued before the change dies by itself, for readers that hear nothing.</param>
public sealed record Reach(int Told, int Of, string? Slowest, DateTimeOffset? LatestAt);
