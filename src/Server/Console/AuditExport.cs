using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>
/// The audit chain of an account as a file: a table, or a JSON object a line. Read a page at a time, with the right to see asked anew for each, so that neither memory
/// nor a session that ended meanwhile sets its end.
/// </summary>
static class AuditExport
{
    const int PageRows = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/audit").RequireAuthorization().ExcludeFromDescription();
        audit.MapGet("/export.csv", Csv);
        audit.MapGet("/export.jsonl", JsonLines);
        audit.MapGet("/checkpoints.jsonl", Checkpoints);
    }

    public static string Href(string file, Guid account, string query = "") => $"/audit/{file}?account={account}{query}";

    static Task<IResult> Csv(
        HttpContext http, Acts acts, IStringLocalizer<Texts> texts, Guid account, string? q, Guid? who, Guid? of, Moment? from, Moment? to) =>
        Export(http, acts, texts, account, new(q, who, of, from?.At, to?.At), "text/csv; charset=utf-8", "csv",
            "number,time,who,as,act,words,object,object id,from,details,hash\r\n", line => string.Join(',', new[]
            {
                line.Seq.ToString(CultureInfo.InvariantCulture), Time(line.At), line.By, line.As, line.Act, texts.Act(line.Act), line.Subject,
                line.SubjectId?.ToString(), line.Where, line.Details, Convert.ToHexStringLower(line.Hash),
            }.Select(Cell)) + "\r\n");

    static Task<IResult> JsonLines(
        HttpContext http, Acts acts, IStringLocalizer<Texts> texts, Guid account, string? q, Guid? who, Guid? of, Moment? from, Moment? to) =>
        Export(http, acts, texts, account, new(q, who, of, from?.At, to?.At), "application/x-ndjson", "jsonl", "", line => JsonSerializer.Serialize(
            new
            {
                line.Seq, line.At, line.ActorId, line.By, line.As, line.Act, line.SubjectId, line.Subject, from = line.Where,
                details = line.Details is null ? null : JsonNode.Parse(line.Details), hash = Convert.ToHexStringLower(line.Hash),
            }, JsonSerializerOptions.Web) + "\n");

    static async Task<IResult> Export(
        HttpContext http, Acts acts, IStringLocalizer<Texts> texts, Guid account, AuditFilter filter, string type, string ending, string head, Func<AuditLine, string> write)
    {
        var actor = Actor.From(http.User);
        var fit = texts.ActsLike(filter.Search);
        Task<Outcome<AuditPageAnswer>> Ask(long? before) =>
            acts.Ask(actor, account, Role.Auditor, question => AuditQuestion.Read(question, filter, fit, before, PageRows), http.RequestAborted);
        // Asked before the file begins, so that a refusal is a problem and not a broken file.
        var first = await Ask(null);
        if (!first.Done)
            return Problems.Answer(first);
        return File(type, $"audit.{ending}", async to =>
        {
            await to.WriteAsync(head);
            for (var page = first; page.Done; page = await Ask(page.Value.Next))
            {
                foreach (var line in page.Value.Lines)
                    await to.WriteAsync(write(line));
                if (page.Value.Next is null)
                    return;
            }
            // The session ended in the middle: the file must not look whole.
            http.Abort();
        });
    }

    static async Task<IResult> Checkpoints(HttpContext http, Acts acts, Guid account)
    {
        var asked = await acts.Ask<List<AuditCheckpoint>>(
            Actor.From(http.User), account, Role.Auditor,
            async q => await q.Db.AuditCheckpoints.AsNoTracking().Where(c => c.AccountId == account).OrderBy(c => c.Seq).ToListAsync(q.Cancel), http.RequestAborted);
        return Problems.Answer(asked, checkpoints => File("application/x-ndjson", "checkpoints.jsonl", async to =>
        {
            foreach (var checkpoint in checkpoints)
                await to.WriteAsync(JsonSerializer.Serialize(checkpoint, JsonSerializerOptions.Web) + "\n");
        }));
    }

    static PushStreamHttpResult File(string type, string name, Func<TextWriter, Task> write) => TypedResults.Stream(
        async stream =>
        {
            await using var to = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            await write(to);
        },
        type, name);

    static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // A table program takes a cell that begins so for a formula, and what people typed stands in some.
    static string Cell(string? text) => text switch
    {
        null or "" => "",
        ['=' or '+' or '-' or '@' or '\t' or '\r', ..] => Quoted("'" + text),
        _ => text.AsSpan().ContainsAny(",\"\r\n;") ? Quoted(text) : text,
    };

    static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
