using Latchkey.Protocol.Decisions;

namespace Latchkey.Server.Events;

/// <summary>The one table from reasons to the check that failed and to what would help.</summary>
static class WhyTable
{
    static readonly WhyCheck[] Checks = Enum.GetValues<WhyCheck>();

    public static IReadOnlyList<WhyStep> Ladder(Reason reason)
    {
        var failed = Failed(reason);
        return [.. Checks.Select(check => new WhyStep(check, failed is null || check < failed
            ? WhyVerdict.Passed
            : check == failed ? WhyVerdict.Failed : WhyVerdict.NotReached))];
    }

    static WhyCheck? Failed(Reason reason) => reason switch
    {
        Reason.Granted or Reason.GrantedOverride or Reason.GrantedHeldOpen => null,
        Reason.ReaderDisabled or Reason.Lockdown or Reason.CustomerInactive => WhyCheck.ReaderInService,
        Reason.Malformed or Reason.UnknownCredential or Reason.WrongSite or Reason.BadSignature or Reason.Replayed
            or Reason.Clock => WhyCheck.KeyIsGenuine,
        Reason.Revoked or Reason.Suspended or Reason.UserInactive or Reason.NotYetValid or Reason.Expired
            or Reason.DocumentStale => WhyCheck.KeyIsInForce,
        Reason.WayNotAllowed or Reason.OutOfRange or Reason.WrongPresentation or Reason.UserVerificationMissing
            or Reason.NoScreenLock => WhyCheck.Presentation,
        Reason.NoAccess => WhyCheck.HasARight,
        Reason.OutsideSchedule or Reason.Holiday => WhyCheck.Schedule,
        Reason.CountExhausted or Reason.CountUnverifiable or Reason.AntiPassback or Reason.Throttled => WhyCheck.Use,
    };

    public static IReadOnlyList<WhyHelp> Helps(Reason reason) => reason switch
    {
        Reason.Granted or Reason.GrantedOverride or Reason.GrantedHeldOpen => [],
        Reason.ReaderDisabled => [WhyHelp.PutReaderInService],
        Reason.Lockdown => [],
        Reason.CustomerInactive => [WhyHelp.RestoreCustomer],
        Reason.Malformed or Reason.UnknownCredential or Reason.WrongSite or Reason.BadSignature =>
            [WhyHelp.IssueNewKey, WhyHelp.OpenOnce],
        Reason.Replayed => [WhyHelp.TryAgain],
        Reason.Clock => [WhyHelp.SetPhoneClock],
        Reason.Revoked => [WhyHelp.IssueNewKey, WhyHelp.OpenOnce],
        Reason.Suspended => [WhyHelp.ResumeKey, WhyHelp.OpenOnce],
        Reason.UserInactive => [WhyHelp.ResumeUser, WhyHelp.OpenOnce],
        Reason.NotYetValid or Reason.Expired => [WhyHelp.ExtendValidity, WhyHelp.OpenOnce],
        Reason.DocumentStale => [WhyHelp.RenewPhone, WhyHelp.OpenOnce],
        Reason.WayNotAllowed => [WhyHelp.AllowWay, WhyHelp.OpenOnce],
        Reason.OutOfRange or Reason.WrongPresentation => [WhyHelp.TryAgain, WhyHelp.OpenOnce],
        Reason.UserVerificationMissing => [WhyHelp.UnlockPhone, WhyHelp.OpenOnce],
        Reason.NoScreenLock => [WhyHelp.SetScreenLock, WhyHelp.OpenOnce],
        Reason.NoAccess => [WhyHelp.GiveAccessLevel, WhyHelp.OpenOnce],
        Reason.OutsideSchedule or Reason.Holiday => [WhyHelp.ChangeHours, WhyHelp.GiveAccessLevel, WhyHelp.OpenOnce],
        Reason.CountExhausted => [WhyHelp.IssueNewKey, WhyHelp.OpenOnce],
        Reason.CountUnverifiable or Reason.AntiPassback => [WhyHelp.OpenOnce],
        Reason.Throttled => [WhyHelp.Wait, WhyHelp.OpenOnce],
    };
}
