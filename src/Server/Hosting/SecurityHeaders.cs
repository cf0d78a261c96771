namespace Latchkey.Server.Hosting;

/// <summary>Headers of every answer, errors included: what a page of this origin may load, and who may frame it.</summary>
sealed class SecurityHeaders(RequestDelegate next)
{
    // The component library writes style attributes and one style element at run time, so styles can't be pinned;
    // scripts are: none inline, none from elsewhere.
    const string ConsolePolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // The wallet speaks to the servers of all its sites and, in demos, to a virtual radio on this machine.
    const string WalletPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        + "worker-src 'self'; manifest-src 'self'; "
        + "connect-src 'self' https: wss: http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*; "
        + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        // At the start of the answer, since the error handlers clear headers that were set before.
        http.Response.OnStarting(
            static state =>
            {
                Set((HttpContext)state);
                return Task.CompletedTask;
            },
            http);
        return next(http);
    }

    static void Set(HttpContext http)
    {
        var path = http.Request.Path;
        var wallet = path.StartsWithSegments("/w", StringComparison.Ordinal);
        var api = path.StartsWithSegments("/api", StringComparison.Ordinal);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = wallet ? WalletPolicy : api ? ApiPolicy : ConsolePolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // Bluetooth is left out: browsers without it complain of the name, those with it give it to this origin alone.
        headers["Permissions-Policy"] = wallet
            ? "camera=(self), screen-wake-lock=(self), geolocation=(), microphone=()"
            : "camera=(), geolocation=(), microphone=()";
        if (api && headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
    }
}
