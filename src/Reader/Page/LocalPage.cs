using System.Net;
using System.Net.Mime;
using System.Text;
using System.Text.Json;

namespace Latchkey.Reader.Page;

/// <summary>
/// The page of the virtual door. It shows, cuts the network and leans on the door; nothing here opens a bolt without a key. Acts are taken from
/// this machine only, since anybody on the network could ask; and from the page itself only, so that no other site that a browser shows can cut
/// this reader's network; and the page answers only to its own names, so that no other site's name, pointed at this machine for a moment, passes
/// for the page.
/// </summary>
/// <param name="host">A name the page is also called by, beside this machine's own.</param>
public sealed class LocalPage(ReaderCore core, Viewers viewers, string? host = null)
{
    private const int BodyBytesMax = 256;

    private static readonly Dictionary<string, (string Type, byte[] Bytes)> Files = new(StringComparer.Ordinal)
    {
        ["/"] = Load("index.html", MediaTypeNames.Text.Html),
        ["/page.css"] = Load("page.css", MediaTypeNames.Text.Css),
        ["/page.js"] = Load("page.js", MediaTypeNames.Text.JavaScript),
        ["/mark.svg"] = Load("mark.svg", "image/svg+xml"),
        ["/en.json"] = Load("en.json", MediaTypeNames.Application.Json),
        ["/cs.json"] = Load("cs.json", MediaTypeNames.Application.Json),
    };

    public Task Serve(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        if (!IsOwnName(context.Request.Host.Host, context.Connection.LocalIpAddress))
            return Refuse(context, StatusCodes.Status421MisdirectedRequest);
        var path = context.Request.Path.Value ?? "/";
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return path == "/live" ? Live(context)
                : Files.TryGetValue(path, out var file) ? Send(context, file.Type, file.Bytes)
                : Refuse(context, StatusCodes.Status404NotFound);
        }

        if (!HttpMethods.IsPost(context.Request.Method))
            return Refuse(context, StatusCodes.Status405MethodNotAllowed);
        if (!IsFromThisMachine(context))
            return Refuse(context, StatusCodes.Status403Forbidden, "The door takes this from its own machine only.");
        if (!IsFromThisPage(context.Request))
            return Refuse(context, StatusCodes.Status403Forbidden);
        return path switch
        {
            "/push" => Push(context),
            "/cut" => Cut(context),
            _ => Refuse(context, StatusCodes.Status404NotFound),
        };
    }

    private async Task Live(HttpContext context)
    {
        var changes = viewers.Join(out var leave);
        if (changes is null)
        {
            await Refuse(context, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        try
        {
            context.Response.ContentType = "text/event-stream";
            await foreach (var _ in changes.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.Body.WriteAsync("data: "u8.ToArray(), context.RequestAborted);
                await context.Response.Body.WriteAsync(PageState.Write(core, IsFromThisMachine(context)), context.RequestAborted);
                await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
        finally
        {
            leave();
        }
    }

    private Task Push(HttpContext context) =>
        Send(context, MediaTypeNames.Application.Json, core.Door.Push() ? """{"opened":true}"""u8.ToArray() : """{"opened":false}"""u8.ToArray());

    private async Task Cut(HttpContext context)
    {
        if (await ReadCut(context) is not { } cut)
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        core.Link.Cut(cut);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<bool?> ReadCut(HttpContext context)
    {
        var body = new byte[BodyBytesMax + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length > BodyBytesMax)
            return null;
        try
        {
            using var json = JsonDocument.Parse(body.AsMemory(0, length));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("cut", out var cut)
                ? cut.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // An address cannot be pointed elsewhere, a name can; localhost is this machine in every browser.
    private bool IsOwnName(string name, IPAddress? local) =>
        IPAddress.TryParse(name.Trim('[', ']'), out var address)
            ? IPAddress.IsLoopback(address) || Same(address, local)
            : name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.Equals(host, StringComparison.OrdinalIgnoreCase);

    private static bool Same(IPAddress named, IPAddress? local) => local is not null && named.MapToIPv6().Equals(local.MapToIPv6());

    // The address of the other end of the TCP connection: what an answer goes to, so nobody elsewhere can pretend it.
    private static bool IsFromThisMachine(HttpContext context) => context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote);

    // A browser names the origin of every POST; a page of another origin is refused. What is no browser is a program of this machine.
    private static bool IsFromThisPage(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}";
    }

    private static async Task Send(HttpContext context, string type, byte[] bytes)
    {
        context.Response.ContentType = type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static Task Refuse(HttpContext context, int status, string words = "")
    {
        context.Response.StatusCode = status;
        return words.Length == 0 ? Task.CompletedTask : Send(context, MediaTypeNames.Text.Plain, Encoding.UTF8.GetBytes(words));
    }

    private static (string, byte[]) Load(string name, string type)
    {
        using var stream = typeof(LocalPage).Assembly.GetManifestResourceStream($"page/{name}")
            ?? throw new InvalidOperationException($"{name} is not built in.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return (type, bytes);
    }
}
