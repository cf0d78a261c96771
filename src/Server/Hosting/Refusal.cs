namespace Latchkey.Server.Hosting;

/// <summary>
/// Every expected no of the server, in order of precedence: an act answers with the first that holds. The table in
/// <see cref="Problems"/> says each outwardly.
/// </summary>
public enum Refusal
{
    // Who acts
    SignedOut,
    SignInWrong,
    SignInWait,
    SignInEnded,
    SecondStepWrong,
    SecondStepOver,
    PasskeyWrong,
    SignInOld,
    SetupCodeWrong,
    PasswordWrong,
    LinkOver,
    NotFound,
    RoleTooLow,
    OwnPeopleOnly,
    ShutOut,
    FeatureOff,

    // What was sent
    BodyMalformed,
    BodyTooLarge,
    IdMissing,
    IdReused,
    NameMissing,
    NameTooLong,
    NameNotTyped,
    EmailMissing,
    EmailWrong,
    PasswordWeak,
    PasswordCommon,
    LanguageUnknown,
    TimeZoneUnknown,
    PhoneWrong,
    SystemIdWrong,
    SystemIdTaken,
    SystemKeyWrong,
    PrefixWrong,
    DistributorCodeWrong,
    UserNumberOutOfRange,
    UserNumberTaken,
    ValidityBackwards,
    ValidityOver,
    TextMissing,
    TextTooLong,
    AccessLevelUnknown,
    ReaderUnknown,
    SettingOutOfRange,
    AmountOutOfRange,
    AdministratorTaken,
    PersonElsewhere,
    OneselfUnfit,
    LastOwner,
    LastWayIn,
    MailOff,
    UserEnded,
    ChangedMeanwhile,
    StateUnfit,
    CreditMissing,

    // A phone asks
    ProofMalformed,
    ProofWrong,
    CodeIncomplete,
    CodeMistyped,
    Throttled,
    Clock,
    CodeUnknown,
    CodeReplaced,
    CodeUsed,
    CodeExpired,
    KeyUnknown,
    KeySuspended,
    KeyEnded,
    WalletTooOld,
    NonceUnknown,
    ReaderOffline,
    NoAnswer,

    // A reader asks
    PairingCodeUnknown,
    PairingProofWrong,
    PairingOver,
}

/// <summary>A refusal with what the asker may know about it.</summary>
/// <param name="Refusal">Which.</param>
/// <param name="Field">The field of the request that is to blame, as it is written in JSON.</param>
/// <param name="Detail">Words for this case; without them the table's own are used.</param>
/// <param name="At">The moment it speaks of: when a code was used, when it ended.</param>
/// <param name="RetryAfterSeconds">How long to wait before the next try.</param>
/// <param name="State">The state that stands in the way.</param>
/// <param name="Now">The server's time, where the asker's clock is the matter.</param>
/// <param name="Customer">Whom to ask, by name; only for askers who hold a good code or key of that customer.</param>
public sealed record Refused(
    Refusal Refusal,
    string? Field = null,
    string? Detail = null,
    DateTimeOffset? At = null,
    int? RetryAfterSeconds = null,
    string? State = null,
    DateTimeOffset? Now = null,
    string? Customer = null);

/// <summary>What an act answers: its value, or why not.</summary>
public readonly struct Outcome<T>
{
    Outcome(T? value, Refused? refused) => (Value, Refused) = (value, refused);

    /// <summary>Set unless <see cref="Refused"/> is.</summary>
    public T? Value { get; }

    public Refused? Refused { get; }

    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Value))]
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Refused))]
    public bool Done => Refused is null;

#pragma warning disable CA2225 // The conversions are the constructors; a second spelling would add nothing.
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refused refused) => new(default, refused);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, new(refusal));
#pragma warning restore CA2225
}
