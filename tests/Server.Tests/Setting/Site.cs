using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Server.Accounts;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;

namespace Latchkey.Server.Tests.Setting;

/// <summary>One customer as a test acts in it: by its owner in the process, or by its token over HTTP.</summary>
public sealed record Site(House House, Guid Id, Actor Owner, HttpClient Api)
{
    public const string SystemIdText = "ALFA0001";
    public const string SystemKeyText = "k3yOfAlf";
    public const string Password = "correct horse battery";

    /// <summary>The bearer token that <see cref="Api"/> sends.</summary>
    public required string Token { get; init; }

    public required Guid DistributorId { get; init; }

    /// <summary>The owner's address.</summary>
    public required string Email { get; init; }

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public async Task<T> Get<T>(string path) => (await Api.GetFromJsonAsync<T>(path, Json))!;

    /// <summary>Posts an act and expects it done.</summary>
    public async Task<T> Post<T>(string path, object body)
    {
        using var response = await Api.PostAsJsonAsync(path, body, Json);
        return await Done<T>(response);
    }

    /// <summary>Posts an act and expects it refused; gives the problem's name.</summary>
    public async Task<string> Refused(string path, object body)
    {
        using var response = await Api.PostAsJsonAsync(path, body, Json);
        return await Problem(response);
    }

    public static async Task<T> Done<T>(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<T>(text, Json)!
            : throw new InvalidOperationException($"{response.RequestMessage!.RequestUri} answered {response.StatusCode}: {text}");
    }

    public static async Task<string> Problem(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            throw new InvalidOperationException($"No problem, but {response.StatusCode}: {text}");
        using var problem = JsonDocument.Parse(text);
        return problem.RootElement.GetProperty("type").GetString()!["/problems/".Length..];
    }

    public async Task<T> Read<T>(Func<Db, Task<T>> question)
    {
        await using var db = House.Store.Open();
        return await question(db);
    }

    /// <summary>A user with a mobile key that waits for its phone.</summary>
    public async Task<NewCodeAnswer> Invite(string name = "Jana Nováková")
    {
        var issued = await House.Get<IssueMobileKey>().Do(
            Owner, Id, new(Guid.NewGuid(), Name: name, Notify: false), CancellationToken.None);
        return issued.Done ? issued.Value : throw new InvalidOperationException(issued.Refused.ToString());
    }

    /// <summary>A phone that has activated a fresh key.</summary>
    public async Task<Phone> NewPhone(string name = "Jana Nováková")
    {
        var phone = new Phone(this);
        await phone.Activate(await Invite(name));
        return phone;
    }
}
