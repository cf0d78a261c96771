using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Users;

/// <summary>One page of users.</summary>
/// <param name="Users">By name.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last.</param>
public sealed record UserListAnswer(IReadOnlyList<UserLine> Users, string? Next)
{
    internal static UserListAnswer Of(UserPage page) => new(
        [.. page.Rows.Select(r => new UserLine(
            r.Id, r.Number, r.Name, r.Email, r.State, r.KeyId, r.Key, r.Device, r.ValidTo, r.LastOpenedAt))],
        page.Next is { } next ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{next.Id:N}{next.SortName}")) : null);

    internal static bool TryReadCursor(string text, [NotNullWhen(true)] out UserCursor? cursor)
    {
        cursor = null;
        if (!Base64Url.IsValid(text))
            return false;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (plain.Length < 32 || !Guid.TryParseExact(plain[..32], "N", out var id) || !PlainText.IsPlain(plain))
            return false;
        cursor = new(plain[32..], id);
        return true;
    }
}

/// <summary>One user with the mobile key that says most about what works now.</summary>
/// <param name="UserNumber">The User ID.</param>
public sealed record UserLine(
    Guid UserId, int UserNumber, string Name, string? Email, UserState State, Guid? MobileKeyId, KeyState? KeyState, string? Device,
    DateTimeOffset? ValidTo, DateTimeOffset? LastOpenedAt);
