using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Latchkey.Server.Hosting;

/// <summary>
/// A field that an act does not know is refused: whoever writes <c>validUntil</c> for <c>validTo</c> would get a key without end. Requests of acts bear the id that makes
/// them act once. What phones and readers send bears none, and a newer one may say more than this server knows.
/// </summary>
static class StrictRequests
{
    public static void Tell(JsonTypeInfo type)
    {
        if (IsAct(type.Type))
            type.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
    }

    public static bool IsAct(Type request) =>
        request.Name.EndsWith("Request", StringComparison.Ordinal) && request.GetProperty("Id")?.PropertyType == typeof(Guid);
}
