using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Console.Parts;
using Latchkey.Server.Events;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>Says an event for administrators: the word in the list, the sentence behind it, and what the person at the door read.</summary>
static class EventWords
{
    const string ByConsole = "console";
    const string ByInternet = "internet";

    /// <summary>Ways in words, from the bits of an event.</summary>
    public static string Way(this IStringLocalizer<Texts> texts, int ways) =>
        string.Join(", ", Enum.GetValues<Way>().Where(w => w != Protocol.Wire.Way.None && ((Way)ways).HasFlag(w)).Select(w => texts[$"Way.{w}"].Value));

    /// <summary>Ways in words, from their names in lists.</summary>
    public static string Way(this IStringLocalizer<Texts> texts, string ways) => string.Join(", ",
        ways.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(w => texts[$"Way.{char.ToUpperInvariant(w[0])}{w[1..]}"].Value));

    public static Chip Of(this IStringLocalizer<Texts> texts, EventRow row) => row.Outcome switch
    {
        EventOutcome.Opened => new("check", Tone.Ok, texts["Chip.Decision.Opened"]),
        EventOutcome.Refused => new("noc", Tone.Bad, texts["Chip.Decision.Refused"]),
        EventOutcome.Alarm => new("warn", row.Kind == "held" ? Tone.Warn : Tone.Bad, texts["Chip.Decision.Alarm"]),
        EventOutcome.NotOpened => new("door", Tone.Mute, texts["Chip.Decision.Fact"]),
        EventOutcome.Note => new("reader", Tone.Mute, texts["Chip.Decision.Reader"]),
    };

    /// <summary>Whose key it was, or what is known instead.</summary>
    public static string Who(this IStringLocalizer<Texts> texts, EventRow row) => row switch
    {
        { UserName: { } user } => user,
        { Reason: null } => "–",
        { Way: ByConsole } => texts["Event.Console"],
        _ => texts["Event.Unknown"],
    };

    /// <summary>A few words for the list; empty for a plain opening.</summary>
    public static string Short(this IStringLocalizer<Texts> texts, EventRow row) => row switch
    {
        { Annotation: EventAnnotation.Lost } => texts["Reason.lost.Short"],
        { Annotation: EventAnnotation.ReplayDiffers } => texts["Annotation.ReplayDiffers.Short"],
        { Annotation: EventAnnotation.NotSynced } => texts["Annotation.NotSynced.Short"],
        { Reason: "granted" } => row.Way == ByConsole ? texts["Way.Console"] : "",
        { Reason: { } reason } => texts[$"Reason.{reason}.Short"],
        _ => texts[$"Fact.{row.Kind}"],
    };

    /// <summary>Why, in one or two sentences with the names and moments that are known.</summary>
    public static string Why(this IStringLocalizer<Texts> texts, WhyAnswer why, Moments moments, string site)
    {
        var (row, facts) = (why.Event, why.Facts);
        var reader = row.ReaderName ?? "–";
        if (row.Reason is not { } reason)
            return texts["Why.Fact", texts[$"Fact.{row.Kind}"].Value, reader, moments.Say(row.At)];
        var named = reason switch
        {
            "not_yet_valid" => facts.ValidFrom,
            "expired" => facts.ValidTo,
            "document_stale" => facts.DocumentIssuedAt,
            _ => facts.KeyStateSince,
        };
        var (by, words) = SaidBy(facts.Words);
        var form = row switch
        {
            { Annotation: EventAnnotation.Lost } => "lost.Why",
            { Reason: "granted", Way: ByConsole } => words.Length > 0 ? "granted.Why.Console" : "granted.Why.ConsolePlain",
            { Reason: "granted", Way: ByInternet } => "granted.Why.Remote",
            { Reason: "granted" } => facts.GrantedByLevel is null ? "granted.Why" : "granted.Why.Level",
            _ when (row.UserName is null || named is null) && HasPlainForm(reason) => $"{reason}.Why.Plain",
            { Reason: "revoked" or "suspended" } when facts is { KeyStateWhy.Length: > 0, KeyStateBy: not null } => $"{reason}.Why.Said",
            { Reason: "revoked" or "suspended" or "user_inactive" } when facts.KeyStateBy is not null => $"{reason}.Why.By",
            _ => $"{reason}.Why",
        };
        return texts[$"Reason.{form}", reader, row.UserName ?? texts["Event.Somebody"].Value, moments.Say(row.At), named is { } at ? moments.Say(at) : "",
            reason switch
            {
                "way_not_allowed" => row.Way is { } way ? texts.Way(way) : "",
                "granted" when row.Way != ByConsole => facts.GrantedByLevel ?? "",
                "granted" => by,
                _ => facts.KeyStateBy ?? "",
            },
            row.Way == ByConsole ? words : facts.KeyStateWhy ?? "", site];
    }

    /// <summary>What the phone told the person. Nobody reads the difference between unknown and forged there.</summary>
    public static string Door(this IStringLocalizer<Texts> texts, string reason, string site)
    {
        var told = Reasons.All.First(r => r.Name() == reason).ToldAtDoor().Name();
        return texts[$"Reason.{told}.Door", "", "", "", "", "", "", site];
    }

    // An opening from the console carries who and why: "Marie Králová: courier".
    static (string By, string Words) SaidBy(string? text) => text?.Split(": ", 2) is [var by, var why] ? (by, why) : (text ?? "", "");

    // Without a known key there is no person and no moment to name.
    static bool HasPlainForm(string reason) => reason is "revoked" or "suspended" or "not_yet_valid" or "expired" or "document_stale" or "no_access";
}
