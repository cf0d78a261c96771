using Latchkey.Protocol.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Latchkey.Server.Hosting;

/// <summary>The one table that says refusals outwardly, as problem details of RFC 9457.</summary>
public static class Problems
{
    sealed record Words(string Name, int Status, string Title, string Detail);

    static Words Of(Refusal refusal) => refusal switch
    {
        Refusal.SignedOut => new("signed-out", 401, "Sign in first", "This session has ended. Sign in again."),
        Refusal.SignInWrong => new("sign-in-wrong", 401, "Not signed in", "E-mail and password don't fit together."),
        Refusal.SignInWait => new("sign-in-wait", 429, "Too many tries", "Wait before the next try."),
        Refusal.SignInEnded => new("sign-in-ended", 403, "Account has expired", "This account has expired. Ask whoever looks after it."),
        Refusal.SecondStepWrong => new("second-step-wrong", 401, "Not the code", "This is not the code that counts now, or it was used already."),
        Refusal.SecondStepOver => new("second-step-over", 401, "Took too long", "Too much time has passed. Begin again with the password."),
        Refusal.PasskeyWrong => new("passkey-wrong", 401, "Not signed in", "This passkey signs nobody in here."),
        Refusal.SignInOld => new("sign-in-old", 403, "Signed in a while ago", "This needs your password, or a sign-in of the last ten minutes."),
        Refusal.SetupCodeWrong => new("setup-code-wrong", 403, "Not the set-up code", "This is not the set-up code, or it has ended. A start of the server makes a new one."),
        Refusal.PasswordWrong => new("password-wrong", 403, "Not the password", "This is not the password that holds now."),
        Refusal.LinkOver => new("link-over", 410, "Link is over", "This link was used, has ended or was replaced by a newer one. Ask for another."),
        Refusal.NotFound => new("not-found", 404, "Not there", "There is nothing at this address that you may see."),
        Refusal.RoleTooLow => new("role-too-low", 403, "Not your role", "Your role in this account does not allow this."),
        Refusal.OwnPeopleOnly => new("own-people-only", 403, "For the customer's own people", "Only an owner who belongs to the customer itself sets this."),
        Refusal.ShutOut => new("shut-out", 403, "The customer has shut this", "The customer lets its distributor look only, or not in at all. Ask it, or break the glass."),
        Refusal.FeatureOff => new("feature-off", 403, "Switched off", "This is switched off for this account. The account above can switch it on."),
        Refusal.BodyMalformed => new("body-malformed", 400, "Not readable", "The request could not be read."),
        Refusal.BodyTooLarge => new("body-too-large", 413, "Too large", "The request is larger than this server takes."),
        Refusal.IdMissing => new("id-missing", 400, "Id missing", "The request needs an id of its own, a UUID made by you."),
        Refusal.IdReused => new("id-reused", 409, "Id used before", "This id was used for another request. Make a new one."),
        Refusal.NameMissing => new("name-missing", 400, "Name missing", "Enter a name."),
        Refusal.NameTooLong => new("name-too-long", 400, "Name too long", "A name has 1 to 80 characters, none of them control characters."),
        Refusal.NameNotTyped => new("name-not-typed", 400, "Name not typed", "Type the customer's name as it stands there."),
        Refusal.EmailMissing => new("email-missing", 400, "E-mail missing", "Enter an e-mail address, or send no mail."),
        Refusal.EmailWrong => new("email-wrong", 400, "E-mail not complete", "This is not an e-mail address: name@example.com is one."),
        Refusal.PasswordCommon => new("password-common", 400, "Password too common", "This is among the passwords that everybody tries first. Take another, such as four words."),
        Refusal.PasswordWeak => new("password-weak", 400, "Password too weak", "Take 15 characters or more, or 8 with capital and small letters and a digit or sign."),
        Refusal.LanguageUnknown => new("language-unknown", 400, "Language not known", "Mails are written in en, cs, sv, de or fr."),
        Refusal.TimeZoneUnknown => new("time-zone-unknown", 400, "Time zone not known", "Give an IANA name such as Europe/Prague."),
        Refusal.PhoneWrong => new("phone-wrong", 400, "Phone number not complete", "A phone number begins with + and the country code, such as +420 602 555 001."),
        Refusal.SystemIdWrong => new("system-id-wrong", 400, "Not a System ID", "A System ID has 8 letters or digits and begins with the distributor's code."),
        Refusal.SystemIdTaken => new("system-id-taken", 409, "System ID taken", "Another customer has this System ID. Take the proposed one."),
        Refusal.SystemKeyWrong => new("system-key-wrong", 400, "Not a System Key", "A System Key has 8 letters or digits."),
        Refusal.PrefixWrong => new("prefix-wrong", 400, "Not a prefix", "A prefix has 2 or 3 digits and does not begin with 0."),
        Refusal.DistributorCodeWrong => new("distributor-code-wrong", 400, "Not a free code", "A distributor's code has 4 letters or digits and is borne by no other."),
        Refusal.UserNumberOutOfRange => new("user-id-out-of-range", 400, "User ID out of range", "A User ID is a number from 1 to 999999999."),
        Refusal.UserNumberTaken => new("user-id-taken", 409, "User ID taken", "Another user has this User ID. Take the proposed one."),
        Refusal.ValidityBackwards => new("validity-backwards", 400, "Ends before it starts", "The end must be later than the start."),
        Refusal.ValidityOver => new("validity-over", 400, "Over already", "The end lies in the past."),
        Refusal.TextMissing => new("text-missing", 400, "Text missing", "This field needs a few words."),
        Refusal.TextTooLong => new("text-too-long", 400, "Text too long", "This text is longer than its field takes."),
        Refusal.AccessLevelUnknown => new("access-level-unknown", 400, "Access level not known", "One of these access levels is not there."),
        Refusal.ReaderUnknown => new("reader-unknown", 400, "Reader not known", "One of these readers is not there."),
        Refusal.SettingOutOfRange => new("setting-out-of-range", 400, "Out of range", "This value is outside its range."),
        Refusal.AmountOutOfRange => new("amount-out-of-range", 400, "Amount out of range", "An amount is a whole number of credits from 1 to 1000000."),
        Refusal.AdministratorTaken => new("administrator-taken", 409, "Administrator already", "This person is an administrator of this account already."),
        Refusal.PersonElsewhere => new("person-elsewhere", 409, "Signs in elsewhere, too", "This person signs in to accounts that you don't own, too. Send a link by mail instead of setting a password."),
        Refusal.OneselfUnfit => new("oneself-unfit", 409, "Not to yourself", "Nobody does this to themselves. Ask another owner."),
        Refusal.LastOwner => new("last-owner", 409, "The last owner", "The account would have no owner left. Make somebody else an owner first."),
        Refusal.LastWayIn => new("last-way-in", 409, "The last way in", "You would have no way to sign in left. Choose a password first."),
        Refusal.MailOff => new("mail-off", 409, "No mail server", "No mail server is set up, so no link can be sent. Set a password instead."),
        Refusal.UserEnded => new("user-ended", 409, "User deleted", "This user was deleted. Add the person as a new user."),
        Refusal.ChangedMeanwhile => new("changed-meanwhile", 409, "Changed meanwhile", "Somebody else changed this meanwhile. Read it again, then change what is there now."),
        Refusal.StateUnfit => new("state-unfit", 409, "Does not fit the state", "In its present state this can't be done."),
        Refusal.CreditMissing => new("credit-missing", 409, "No credit left", "No credit left. Existing keys keep working."),
        Refusal.ProofMalformed => new("proof-malformed", 400, "Not readable", "The proof of the phone's key could not be read."),
        Refusal.ProofWrong => new("proof-wrong", 400, "Proof does not fit", "The phone's key did not sign this."),
        Refusal.CodeIncomplete => new("code-incomplete", 400, "Code not complete", "This code is not complete: 24 letters and digits."),
        Refusal.CodeMistyped => new("code-mistyped", 400, "Code mistyped", "One character of this code is not right. Compare it with the mail."),
        Refusal.Throttled => new("throttled", 429, "Too many tries", "Wait before the next try."),
        Refusal.Clock => new("clock", 400, "The clock is off", "The phone's clock and the server's differ. Set the time to automatic."),
        Refusal.CodeUnknown => new("code-unknown", 404, "Code not known", "Nobody has been given this code. Compare it with the mail."),
        Refusal.CodeReplaced => new("code-replaced", 409, "Replaced by a newer code", "A newer code took this one's place. Look for the newest mail."),
        Refusal.CodeUsed => new("code-used", 409, "Code used", "This code was used on another phone. A code works once; ask for a new one."),
        Refusal.CodeExpired => new("code-expired", 410, "Code ended", "This code has ended. Ask for a new one."),
        Refusal.KeyUnknown => new("key-unknown", 404, "Key not known", "This phone's key is not known here."),
        Refusal.KeySuspended => new("key-suspended", 403, "Key on hold", "This key is on hold. Ask who gave it to you."),
        Refusal.KeyEnded => new("key-ended", 410, "Key ended", "This key has ended. Ask for a new one."),
        Refusal.WalletTooOld => new("wallet-too-old", 426, "Wallet too old", "This wallet is older than the site allows. Reload it."),
        Refusal.NonceUnknown => new("nonce-unknown", 409, "Took too long", "The question of the server has run out. Tap again."),
        Refusal.ReaderOffline => new("reader-offline", 503, "Door not connected", "This door has no connection now. Use Bluetooth."),
        Refusal.NoAnswer => new("no-answer", 504, "No answer", "The door did not answer. If it did not open, tap again."),
        Refusal.PairingCodeUnknown => new("pairing-code-unknown", 404, "Pairing code not known", "Make a new pairing code in the console."),
        Refusal.PairingProofWrong => new("pairing-proof-wrong", 403, "System ID or System Key wrong", "System ID and System Key don't fit together."),
        Refusal.PairingOver => new("pairing-over", 409, "Pairing is over", "This pairing was answered already, or its ten minutes are over."),
    };

    public static string Name(Refusal refusal) => Of(refusal).Name;

    public static ProblemDetails Details(Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        var words = Of(refused.Refusal);
        var problem = new ProblemDetails
        {
            Type = "/problems/" + words.Name,
            Title = words.Title,
            Status = words.Status,
            Detail = refused.Detail ?? words.Detail,
        };
        if (refused.Field is { } field)
            problem.Extensions["field"] = field;
        if (refused.At is { } at)
            problem.Extensions["at"] = at.ToUnix();
        if (refused.Now is { } now)
            problem.Extensions["now"] = now.ToUnix();
        if (refused.Customer is { } customer)
            problem.Extensions["customer"] = customer;
        if (refused.State is { } state)
            problem.Extensions["state"] = state;
        if (refused.RetryAfterSeconds is { } seconds)
            problem.Extensions["retryAfter"] = seconds;
        return problem;
    }

    /// <summary>The answer of a route: the value, or the problem.</summary>
    public static IResult Answer<T>(Outcome<T> outcome, Func<T, IResult> done)
    {
        ArgumentNullException.ThrowIfNull(done);
        return outcome.Done ? done(outcome.Value) : new RefusedResult(outcome.Refused);
    }

    public static IResult Answer<T>(Outcome<T> outcome) => Answer(outcome, value => TypedResults.Ok(value));

    sealed class RefusedResult(Refused refused) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (refused.RetryAfterSeconds is { } seconds)
                httpContext.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return TypedResults.Problem(Details(refused)).ExecuteAsync(httpContext);
        }
    }
}
