namespace Latchkey.Server.Notices;

public enum MessageKind
{
    Invitation,
    NewCode,
    KeyRevoked,
    AskedForNewCode,
    AdministratorInvited,
    AdministratorAdded,
    NewPasswordLink,
    SignInChanged,
    GlassBroken,
}

public enum Delivery
{
    Queued,

    /// <summary>Handed to the next mail server; whether it was read is unknown.</summary>
    Sent,
    HeldUp,
    CameBack,

    /// <summary>Stopped before it was sent, because what it carries is no longer true.</summary>
    Stopped,
}

/// <summary>One mail of the outbox: written in the transaction of its act, sent from there at least once.</summary>
public sealed class Message
{
    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required MessageKind Kind { get; init; }
    public required string To { get; init; }
    public required string Language { get; init; }
    public required string Subject { get; init; }

    /// <summary>The whole mail, sealed; it may carry a code, so it goes as soon as the mail is out. Only the demo's mailbox keeps it.</summary>
    public byte[]? BodySealed { get; set; }

    public Guid? UserId { get; init; }
    public Guid? KeyId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public Delivery Delivery { get; set; } = Delivery.Queued;
    public int Tries { get; set; }

    /// <summary>Due from this moment; a sender that takes the message moves it on, so that a crash costs one wait and no mail.</summary>
    public DateTimeOffset NextTryAt { get; set; }

    /// <summary>What the mail carries is worth nothing from then on: it is not sent later.</summary>
    public DateTimeOffset? UselessFrom { get; init; }

    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>The mail server's own words when the mail was held up or came back.</summary>
    public string? Detail { get; set; }
}
