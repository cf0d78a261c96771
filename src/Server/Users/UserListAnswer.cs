namespace Latchkey.Server.Users;

/// <summary>One page of users.</summary>
/// <param name="Users">By name; of a search that finds more than a thousand, by the word found. A page may be short, even empty, where what fits is rare among very many.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last.</param>
public sealed record UserListAnswer(IReadOnlyList<UserLine> Users, string? Next)
{
    internal static UserListAnswer Of(UserPage page) => new(
        [.. page.Rows.Select(r => new UserLine(
            r.Id, r.Number, r.Name, r.Email, r.State, r.KeyId, r.Key, r.Device, r.ValidTo, r.LastOpenedAt))],
        page.Next?.ToString());
}

/// <summary>One user with the mobile key that says most about what works now.</summary>
/// <param name="UserNumber">The User ID.</param>
public sealed record UserLine(
    Guid UserId, int UserNumber, string Name, string? Email, UserState State, Guid? MobileKeyId, KeyState? KeyState, string? Device,
    DateTimeOffset? ValidTo, DateTimeOffset? LastOpenedAt);
