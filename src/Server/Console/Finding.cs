using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>Find: the first few users and readers that fit what is typed.</summary>
static class Finding
{
    public const int HitsEach = 5;

    public enum Kind
    {
        User,
        Reader,
    }

    public sealed record Hit(Kind Kind, string Name, string More, string Href);

    public static async Task<Hit[]> Look(Workplace here, string text)
    {
        var found = await here.Ask<Hit[]>(async q =>
        {
            var users = await UserList.First(q, text, HitsEach);
            // A site has few readers next to its users: they are searched as they are shown.
            var readers = await q.Db.Readers.AsNoTracking().Where(r => r.CustomerId == q.AccountId && r.State != ReaderState.Deleted)
                .OrderBy(r => r.Name).Select(r => new { r.Name, r.ReaderId }).ToListAsync(q.Cancel);
            return users.Rows.Select(u => new Hit(Kind.User, u.Name, u.Email ?? "", $"/users/{u.Number}"))
                .Concat(readers.Where(r => Fits(text, r.Name) || Fits(text, r.ReaderId)).Take(HitsEach)
                    .Select(r => new Hit(Kind.Reader, r.Name, r.ReaderId, $"/readers/{r.ReaderId}"))).ToArray();
        });
        return found.Done ? found.Value : [];
    }

    static bool Fits(string text, string name) => Folding.Fold(name).Contains(Folding.Fold(text), StringComparison.Ordinal);
}
