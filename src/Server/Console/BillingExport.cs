using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>A statement as a table for a spreadsheet: what the page shows, all of it, with the search that the page has.</summary>
static class BillingExport
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/billing/{account:guid}/statement.csv", Export).RequireAuthorization().ExcludeFromDescription();

    public static string Href(Guid account, string? search) =>
        $"/billing/{account}/statement.csv" + (string.IsNullOrWhiteSpace(search) ? "" : $"?q={Uri.EscapeDataString(search.Trim())}");

    static async Task<IResult> Export(
        HttpContext http, Guid account, string? q, CreditStatement statement, IStringLocalizer<Texts> texts, CancellationToken cancel)
    {
        var actor = Actor.From(http.User);
        var standing = await statement.Standing(actor, account, cancel);
        if (!standing.Done)
            return Problems.Answer(standing);
        var level = standing.Value.Level;
        var sought = texts.Sought(level, q);
        // A page at a time, so that a long statement takes no more memory than a short one.
        return TypedResults.Stream(async body =>
        {
            await using var lines = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            await lines.WriteAsync(Csv.Opening + Csv.Line(
                texts["Billing.Col.At"], texts["Billing.Col.Type"], texts["Billing.Col.Amount"], texts["Billing.Col.About"], texts["Billing.Col.After"],
                texts["Billing.Col.Status"]));
            if (!await Write(
                lines, after => statement.Page(actor, account, sought, after, CreditStatement.PageLinesMax, cancel),
                line => Csv.Line(line.At, texts.TypeOf(line.Type), line.Amount, texts.AboutOf(level, line), line.BalanceAfter, texts.StatusOf(line.Status))))
            {
                // The session ended in the middle: the file must not look whole.
                http.Abort();
            }
        }, Csv.ContentType, "statement.csv");
    }

    /// <summary>Writes page after page. False where one is refused: what was written then is not all.</summary>
    /// <param name="ask">Asks for the page behind a line; null begins.</param>
    internal static async Task<bool> Write(TextWriter to, Func<long?, Task<Outcome<CreditPage>>> ask, Func<CreditLine, string> line)
    {
        long? after = null;
        do
        {
            var page = await ask(after);
            if (!page.Done)
                return false;
            foreach (var one in page.Value.Lines)
                await to.WriteAsync(line(one));
            after = page.Value.Next;
        }
        while (after is not null);
        return true;
    }
}
