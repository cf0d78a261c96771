using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Latchkey.Server.Hosting;

/// <summary>
/// What no act expected. A request that can't be read is the asker's matter and is said; anything else is ours and is
/// logged, and the asker learns only the trace to name.
/// </summary>
sealed partial class FaultProblem(ILogger<FaultProblem> log) : IExceptionHandler
{
    // The framework knows the names and says them in its words only.
    [GeneratedRegex("""^Failed to bind parameter "(?<kind>.*?) (?<name>\w+)" from """)]
    private static partial Regex Parameter { get; }

    [GeneratedRegex("including: '(?<name>[^']+)'")]
    private static partial Regex MissingField { get; }

    [GeneratedRegex("property '(?<name>[^']+)' could not be mapped")]
    private static partial Regex UnknownField { get; }

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!httpContext.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            return false;
        var problem = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.Details(new(Refusal.BodyTooLarge)),
            BadHttpRequestException { InnerException: JsonException json } => Problems.Details(OfBody(json)),
            BadHttpRequestException bad => Problems.Details(OfAddress(bad.Message)),
            _ => Fault(httpContext, exception),
        };
        httpContext.Response.StatusCode = problem.Status!.Value;
        await TypedResults.Problem(problem).ExecuteAsync(httpContext);
        return true;
    }

    static Refused OfBody(JsonException fault)
    {
        if (Named(MissingField, fault.Message) is { } missing)
            return new(Refusal.BodyMalformed, missing, $"The field {missing} is missing.");
        if (Named(UnknownField, fault.Message) is { } unknown)
            return new(Refusal.BodyMalformed, unknown, $"There is no field {unknown} here. The API's description names those there are.");
        return new(Refusal.BodyMalformed, fault.Path is { Length: > 2 } path ? path[2..] : null, fault is Moment.Fault ? Moment.Words : null);
    }

    static Refused OfAddress(string words)
    {
        var match = Parameter.Match(words);
        if (!match.Success)
            return new(Refusal.BodyMalformed);
        var name = match.Groups["name"].Value;
        return new(
            Refusal.BodyMalformed, name,
            match.Groups["kind"].Value.Contains(nameof(Moment), StringComparison.Ordinal) ? Moment.Words : $"The value of {name} could not be read.");
    }

    static string? Named(Regex names, string words) => names.Match(words) is { Success: true } match ? match.Groups["name"].Value : null;

    ProblemDetails Fault(HttpContext http, Exception exception)
    {
        log.LogError(exception, "A request to {Path} failed. Trace {Trace}", http.Request.Path, http.TraceIdentifier);
        return new()
        {
            Type = "/problems/fault",
            Title = "Something went wrong here",
            Status = StatusCodes.Status500InternalServerError,
            Detail = "It is the server's fault. Nothing was half done. Try again, and name the trace if it stays.",
            Extensions = { ["trace"] = http.TraceIdentifier },
        };
    }
}

/// <summary>Gives the framework's own bare answers (no such route, wrong method) a name and words.</summary>
static class StatusProblems
{
    public static void Name(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Type?.StartsWith("/problems/", StringComparison.Ordinal) == true)
            return;
        (problem.Type, problem.Detail) = problem.Status switch
        {
            400 => ("/problems/body-malformed", "The request could not be read."),
            401 => ("/problems/signed-out", "This session has ended. Sign in again."),
            403 => ("/problems/role-too-low", "Your role in this account does not allow this."),
            404 => ("/problems/not-found", "There is nothing at this address that you may see."),
            405 => ("/problems/method", "This address does not take this method."),
            413 => ("/problems/body-too-large", "The request is larger than this server takes."),
            415 => ("/problems/media-type", "Send application/json."),
            _ => ("/problems/status", problem.Detail),
        };
    }
}
