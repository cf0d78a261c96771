using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Console.Parts;
using Latchkey.Server.Health;
using Latchkey.Server.Notices;
using Latchkey.Server.Readers;
using Latchkey.Server.Users;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>Every state as people see it, in one table: grey is history, colour is now.</summary>
static class Chips
{
    public static Chip Of(this IStringLocalizer<Texts> texts, KeyState state, string? hint = null)
    {
        var (icon, tone) = state switch
        {
            KeyState.Draft => ("pencil", Tone.Mute),
            KeyState.Invited => ("clock", Tone.Info),
            KeyState.InviteExpired => ("clock", Tone.Warn),
            KeyState.Active => ("check", Tone.Ok),
            KeyState.Suspended => ("pause", Tone.Warn),
            KeyState.Revoking => ("clock", Tone.Warn),
            KeyState.Revoked => ("ban", Tone.Mute),
            KeyState.Expired => ("cal", Tone.Mute),
            KeyState.Exhausted => ("minus", Tone.Mute),
            KeyState.Replaced => ("swap", Tone.Mute),
            KeyState.DeletedByUser or KeyState.DeletedByAdmin => ("x", Tone.Mute),
        };
        return new(icon, tone, texts[$"Chip.Key.{state}"], hint);
    }

    public static Chip Of(this IStringLocalizer<Texts> texts, UserState state)
    {
        var (icon, tone) = state switch
        {
            UserState.Active => ("check", Tone.Ok),
            UserState.Suspended => ("pause", Tone.Warn),
            UserState.Deleted => ("x", Tone.Mute),
        };
        return new(icon, tone, texts[$"Chip.User.{state}"]);
    }

    public static Chip Of(this IStringLocalizer<Texts> texts, ApiTokenState state)
    {
        var (icon, tone) = state switch
        {
            ApiTokenState.Active => ("check", Tone.Ok),
            ApiTokenState.Ended => ("cal", Tone.Mute),
            ApiTokenState.Revoked => ("ban", Tone.Mute),
        };
        return new(icon, tone, texts[$"Chip.Token.{state}"]);
    }

    public static Chip Of(this IStringLocalizer<Texts> texts, MembershipState state)
    {
        var (icon, tone) = state switch
        {
            MembershipState.Invited => ("clock", Tone.Info),
            MembershipState.InvitationEnded => ("clock", Tone.Warn),
            MembershipState.Active => ("check", Tone.Ok),
            MembershipState.Ended => ("cal", Tone.Mute),
            MembershipState.Deleted => ("x", Tone.Mute),
        };
        return new(icon, tone, texts[$"Chip.Administrator.{state}"]);
    }

    public static Chip Of(this IStringLocalizer<Texts> texts, HealthState state)
    {
        var (icon, tone) = state switch
        {
            HealthState.Good => ("check", Tone.Ok),
            HealthState.Attention => ("warn", Tone.Warn),
            HealthState.Bad => ("x", Tone.Bad),
            HealthState.Unknown => ("why", Tone.Mute),
        };
        return new(icon, tone, texts[$"Chip.Health.{state}"]);
    }

    public static Chip Of(this IStringLocalizer<Texts> texts, DeviceState state)
    {
        var (icon, tone) = state switch
        {
            DeviceState.NotActivated => ("clock", Tone.Info),
            DeviceState.Active => ("check", Tone.Ok),
            DeviceState.Replaced => ("swap", Tone.Mute),
            DeviceState.Lost => ("warn", Tone.Bad),
            DeviceState.Deleted => ("x", Tone.Mute),
        };
        return new(icon, tone, texts[$"Chip.Device.{state}"], state == DeviceState.NotActivated ? texts["Chip.Device.NotActivatedHint"].Value : null);
    }

    public static Chip Of(this IStringLocalizer<Texts> texts, ReaderRow reader)
    {
        var (icon, tone) = reader.Condition switch
        {
            ReaderCondition.RefusesBundle or ReaderCondition.RulesTooOld or ReaderCondition.EventsBroken or ReaderCondition.EventsLost => ("warn", Tone.Bad),
            ReaderCondition.NoNetwork => ("wifioff", Tone.Bad),
            ReaderCondition.DeletedNotTold => ("warn", Tone.Warn),
            ReaderCondition.ClockOff or ReaderCondition.Behind => ("clock", Tone.Warn),
            ReaderCondition.NeverLinked => ("clock", Tone.Info),
            ReaderCondition.OutOfService => ("ban", Tone.Mute),
            ReaderCondition.UpToDate => ("check", Tone.Ok),
        };
        return new(icon, tone, reader.Condition == ReaderCondition.Behind
            ? texts.Count("Chip.Reader.Behind", (int)Math.Min(reader.Behind, int.MaxValue))
            : texts[$"Chip.Reader.{reader.Condition}"]);
    }

    public static Chip Of(this IStringLocalizer<Texts> texts, Delivery delivery, string moment)
    {
        var (icon, tone) = delivery switch
        {
            Delivery.Queued => ("clock", Tone.Mute),
            Delivery.Sent => ("send", Tone.Info),
            Delivery.HeldUp => ("clock", Tone.Warn),
            Delivery.CameBack => ("warn", Tone.Bad),
            Delivery.Stopped => ("ban", Tone.Mute),
        };
        return new(icon, tone, texts[$"Chip.Delivery.{delivery}", moment], delivery == Delivery.Sent ? texts["Chip.Delivery.SentHint", moment].Value : null);
    }
}
