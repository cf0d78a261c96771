namespace Latchkey.Server.Accounts;

/// <summary>Who calls the REST API, and for which customer: the token names both, and nothing else in a request does.</summary>
public sealed record ApiCaller(Actor Actor, Guid CustomerId)
{
    /// <summary>Binds a handler's parameter.</summary>
    public static ValueTask<ApiCaller> BindAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var actor = Actor.From(http.User);
        var customer = actor.Kind == ActorKind.ApiToken && Guid.TryParse(actor.Stamp, out var id) ? id : Guid.Empty;
        return ValueTask.FromResult(new ApiCaller(actor, customer));
    }
}
