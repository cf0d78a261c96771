using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Latchkey.Server.Hosting;

/// <summary>The OpenAPI 3.1 description of the public API, made from the routes themselves.</summary>
static class ApiDescription
{
    public const string Name = "v1";

    public static void Describe(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = route => route.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        // The framework does not look into a reader of our own.
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = context.JsonPropertyInfo is null && context.ParameterDescription is { ParameterDescriptor.ParameterType: var given } ? given : context.JsonTypeInfo.Type;
            var bare = Nullable.GetUnderlyingType(type) ?? type;
            if (bare != typeof(DateTimeOffset) && bare != typeof(Moment))
                return Task.CompletedTask;
            schema.Type = type == bare || bare == typeof(Moment) ? JsonSchemaType.String : JsonSchemaType.Null | JsonSchemaType.String;
            schema.Format = "date-time";
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Latchkey",
                Version = Name,
                Description = "Mobile keys, by the same acts as the console. Every refusal is a problem of RFC 9457; its type names it.",
                License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            };
            // The address of the server that happened to write the description is nobody's business.
            document.Servers = [];
            return Task.CompletedTask;
        });
    }
}
