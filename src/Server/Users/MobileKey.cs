using Latchkey.Server.Accounts;

namespace Latchkey.Server.Users;

/// <summary>
/// The key states of the product. <see cref="InviteExpired"/> and <see cref="Expired"/> are a matter of the clock:
/// <see cref="MobileKey.StateAt"/> tells them, they are never stored, so no sweep has to run for them to be true.
/// </summary>
public enum KeyState
{
    Draft,
    Invited,
    InviteExpired,
    Active,
    Suspended,
    Revoking,
    Revoked,
    Expired,
    Exhausted,
    Replaced,
    DeletedByUser,
    DeletedByAdmin,
}

/// <summary>What a mobile key has to do with its customer's credits.</summary>
public enum KeyCredit
{
    /// <summary>The customer's keys were not counted when it was made.</summary>
    Uncounted,

    /// <summary>It has taken a credit, which goes back if nobody uses the invitation.</summary>
    Reserved,

    /// <summary>A phone has activated it.</summary>
    Spent,

    /// <summary>The invitation ended unused and the credit went back: another invitation takes another one.</summary>
    GivenBack,
}

/// <summary>The right of one device at one customer.</summary>
public sealed class MobileKey
{
    MobileKey()
    {
    }

    public static MobileKey Make(
        Guid customerId, Guid id, Guid userId, Guid deviceId, int keyNumber,
        DateTimeOffset validFrom, DateTimeOffset? validTo, DateTimeOffset now) => new()
        {
            CustomerId = customerId,
            Id = id,
            UserId = userId,
            DeviceId = deviceId,
            KeyNumber = keyNumber,
            ValidFrom = validFrom,
            ValidTo = validTo,
            CreatedAt = now,
            StateSince = now,
        };

    public Guid CustomerId { get; private init; }
    public Guid Id { get; private init; }
    public Guid UserId { get; private init; }
    public Guid DeviceId { get; private init; }
    public User? User { get; private init; }
    public Device? Device { get; private init; }

    /// <summary>Never given twice within the customer; also the key's index in the status list.</summary>
    public int KeyNumber { get; private init; }

    public KeyState State { get; private set; } = KeyState.Draft;
    public DateTimeOffset StateSince { get; private set; }
    public DateTimeOffset ValidFrom { get; private set; }

    /// <summary>Exclusive end; null is without end.</summary>
    public DateTimeOffset? ValidTo { get; private set; }

    /// <summary>End of the activation code's life while the key is <see cref="KeyState.Invited"/>.</summary>
    public DateTimeOffset? InvitationEndsAt { get; private set; }

    public KeyCredit Credit { get; private set; }

    /// <summary>The posting by which it took its newest credit.</summary>
    public Guid? CreditPostingId { get; private set; }

    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset? ActivatedAt { get; private set; }

    /// <summary>
    /// Serial of the newest document issued; rises with each, and is never below the second of its issue
    /// (access-document, "Serial").
    /// </summary>
    public long Serial { get; private set; }

    /// <summary>Documents below this serial are stale everywhere: raised by every act that takes a right away.</summary>
    public long MinSerial { get; private set; }

    /// <summary>
    /// Latest moment at which a document issued so far can still open a door that hears nothing. Every act that readers must
    /// hear of raises it to what was possible (<see cref="ToldReaders"/>), so it is not too early after a backup was put back.
    /// </summary>
    public DateTimeOffset? NewestDocumentEndsAt { get; private set; }

    public DateTimeOffset? LastRenewedAt { get; private set; }

    /// <summary>Feed sequence of the latest act on this key that readers must hear; a reader that acknowledged it knows.</summary>
    public long ReachSeq { get; private set; }

    /// <summary>Reported lost: at the door it looks revoked, in the console any use is an alarm.</summary>
    public bool ReportedLost { get; private set; }

    public string? Why { get; private set; }

    public KeyState StateAt(DateTimeOffset now) => State switch
    {
        KeyState.Draft or KeyState.Invited or KeyState.Active or KeyState.Suspended when ValidTo <= now => KeyState.Expired,
        KeyState.Invited when InvitationEndsAt <= now => KeyState.InviteExpired,
        _ => State,
    };

    public static bool IsEnded(KeyState state) => state is KeyState.Revoked or KeyState.Expired or KeyState.Exhausted
        or KeyState.Replaced or KeyState.DeletedByUser or KeyState.DeletedByAdmin;

    public bool CanInvite => State is KeyState.Draft or KeyState.Invited;

    public void Invite(DateTimeOffset codeEndsAt, DateTimeOffset now)
    {
        Expect(CanInvite);
        Become(KeyState.Invited, now);
        InvitationEndsAt = codeEndsAt;
    }

    public void Activate(DateTimeOffset now)
    {
        Expect(State is KeyState.Invited);
        Become(KeyState.Active, now);
        ActivatedAt = now;
        InvitationEndsAt = null;
        if (Credit == KeyCredit.Reserved)
            Credit = KeyCredit.Spent;
    }

    /// <summary>A credit was taken for it.</summary>
    public void Reserve(Guid postingId)
    {
        Expect(CanInvite && Credit is KeyCredit.Uncounted or KeyCredit.GivenBack);
        (Credit, CreditPostingId) = (KeyCredit.Reserved, postingId);
    }

    /// <summary>Its credit went back.</summary>
    public void GiveBack()
    {
        Expect(Credit == KeyCredit.Reserved);
        Credit = KeyCredit.GivenBack;
    }

    public bool CanSuspend => State is KeyState.Active;

    public void Suspend(string? why, ToldReaders told, DateTimeOffset now)
    {
        Expect(CanSuspend);
        Become(KeyState.Suspended, now);
        Why = why;
        ReachFrom(told);
    }

    public bool CanResume => State is KeyState.Suspended;

    public void Resume(ToldReaders told, DateTimeOffset now)
    {
        Expect(CanResume);
        Become(KeyState.Active, now);
        Why = null;
        ReachFrom(told);
    }

    public bool CanRevoke => State is KeyState.Active or KeyState.Suspended;

    public void Revoke(string? why, bool lost, ToldReaders told, DateTimeOffset now)
    {
        Expect(CanRevoke);
        Become(KeyState.Revoking, now);
        Why = why;
        ReportedLost = lost;
        ReachFrom(told);
    }

    /// <summary>All readers have told that they know, or every document issued has died of its lifespan.</summary>
    public void Revoked(DateTimeOffset now)
    {
        Expect(State is KeyState.Revoking);
        Become(KeyState.Revoked, now);
    }

    public bool CanWithdraw => State is KeyState.Draft or KeyState.Invited;

    /// <summary>Readers hear of it, too: a store put back from a backup may have forgotten that a phone has activated the key.</summary>
    public void Withdraw(ToldReaders told, DateTimeOffset now)
    {
        Expect(CanWithdraw);
        Become(KeyState.DeletedByAdmin, now);
        ReachFrom(told);
        InvitationEndsAt = null;
    }

    public bool CanChangeValidity => State is KeyState.Draft or KeyState.Invited or KeyState.Active or KeyState.Suspended;

    /// <summary>A new span of validity; a shrunk one makes the documents issued so far stale.</summary>
    /// <returns>Whether a right was taken away, so that readers must hear of it.</returns>
    public bool ChangeValidity(DateTimeOffset validFrom, DateTimeOffset? validTo)
    {
        Expect(CanChangeValidity);
        var shrunk = validFrom > ValidFrom || (validTo ?? DateTimeOffset.MaxValue) < (ValidTo ?? DateTimeOffset.MaxValue);
        ValidFrom = validFrom;
        ValidTo = validTo;
        return shrunk;
    }

    /// <summary>Every document issued so far becomes stale at the readers that heard of it.</summary>
    public void MakeDocumentsStale(ToldReaders told, DateTimeOffset now)
    {
        MinSerial = Math.Max(MinSerial, AboveAllIssued(now));
        ReachFrom(told);
    }

    /// <summary>Readers must hear of an act on the key or on its user.</summary>
    public void ReachFrom(ToldReaders told) =>
        (ReachSeq, NewestDocumentEndsAt) = (told.Seq, NewestDocumentEndsAt > told.DocumentsEndBy ? NewestDocumentEndsAt : told.DocumentsEndBy);

    // A store put back from a backup has forgotten documents, but not what time it is: those had lower numbers.
    long AboveAllIssued(DateTimeOffset now) => Math.Max(Serial + 1, now.ToUnixTimeSeconds());

    /// <summary>Counts one more document. Call it in the transaction that hands the document out.</summary>
    public long NextSerial(DateTimeOffset documentEndsAt, DateTimeOffset now)
    {
        Expect(State is KeyState.Active);
        Serial = Math.Max(MinSerial, AboveAllIssued(now));
        LastRenewedAt = now;
        if (NewestDocumentEndsAt is not { } newest || newest < documentEndsAt)
            NewestDocumentEndsAt = documentEndsAt;
        return Serial;
    }

    void Become(KeyState state, DateTimeOffset now)
    {
        if (State != state)
            StateSince = now;
        State = state;
    }

    void Expect(bool allowed)
    {
        if (!allowed)
            throw new InvalidOperationException($"The act does not fit the state {State} of the mobile key.");
    }
}
