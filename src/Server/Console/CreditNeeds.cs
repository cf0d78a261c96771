using Latchkey.Server.Accounts;
using Latchkey.Server.Console.Parts;
using Latchkey.Server.Credits;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>What a dashboard says of credits that run out.</summary>
static class CreditNeeds
{
    /// <summary>Of the account itself, if it is low.</summary>
    public static NeedsYou.Item? Own(IStringLocalizer<Texts> texts, CreditStanding? standing)
    {
        if (standing is not { IsLow: true })
            return null;
        var left = standing.Level == AccountKind.Customer ? standing.EnoughFor : standing.Available;
        var isOut = left == 0;
        var from = standing.From ?? "";
        return new(
            "coin", isOut ? Tone.Bad : Tone.Warn,
            isOut ? texts["Needs.NoCredit"]
                : texts.Count(standing.Level == AccountKind.Customer ? "Needs.LowCredit" : "Needs.OwnCredit", BillingWords.Counted(left), BillingWords.Plain(left)),
            texts[standing.Level == AccountKind.Customer ? "Needs.NoCredit.Say" : "Needs.OwnCredit.Say", from],
            texts["Needs.LowCredit.Look"], "/billing");
    }

    /// <summary>Of a distributor's customer that will soon make no more keys.</summary>
    public static NeedsYou.Item Customer(IStringLocalizer<Texts> texts, LowCredit customer) => new(
        "coin", customer.Left == 0 ? Tone.Bad : Tone.Warn,
        texts.Count("Needs.CustomerCredit", BillingWords.Counted(customer.Left), BillingWords.Plain(customer.Left), customer.Name),
        texts["Needs.CustomerCredit.Say"], texts["Needs.LowCredit.Look"], $"/customers/{customer.CustomerId}?tab=billing");
}
