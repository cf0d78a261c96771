using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;

namespace Latchkey.Server.Accounts;

static class AccountsSetup
{
    /// <summary>Routes of the REST API: a bearer token, never a cookie, so that no foreign page can act through a browser.</summary>
    public const string ApiPolicy = "api";

    public static void AddAccounts(this IServiceCollection services, Settings settings)
    {
        var https = settings.Origin.Scheme == Uri.UriSchemeHttps;
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = https ? "__Host-latchkey" : "latchkey";
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
                cookie.LoginPath = "/sign-in";
                cookie.ReturnUrlParameter = "back";
                cookie.ExpireTimeSpan = TimeSpan.FromHours(Session.LifeHours);
                cookie.SlidingExpiration = false;
            })
            .AddScheme<AuthenticationSchemeOptions, BearerTokens>(BearerTokens.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(ApiPolicy, new AuthorizationPolicyBuilder(BearerTokens.SchemeName).RequireAuthenticatedUser().Build());
        services.AddSingleton<Throttle>();
        services.AddSingleton<Acts>();
        services.AddSingleton<OpenAccount>();
        services.AddSingleton<ReadFeatures>();
        services.AddSingleton<SetFeature>();
        services.AddSingleton<MakeApiToken>();
        services.AddSingleton<ListApiTokens>();
        services.AddSingleton<RevokeApiToken>();
        services.AddSingleton<NewSystemKey>();
    }
}
