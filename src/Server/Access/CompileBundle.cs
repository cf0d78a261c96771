using System.Collections.Immutable;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Accounts;
using Latchkey.Server.Keys;
using Latchkey.Server.Readers;
using Latchkey.Server.Users;
using ReaderState = Latchkey.Server.Readers.ReaderState;
using Status = Latchkey.Protocol.Credentials.KeyState;

namespace Latchkey.Server.Access;

/// <summary>
/// What one reader should know: a pure function of the site's rows (decision record 0002). There is no second, incremental
/// way to the same answer that could drift from this one.
/// </summary>
public static class CompileBundle
{
    /// <summary>
    /// States stay listed this long after the key's last document has died. A reader whose clock lags has learned a time
    /// past that death from the statement that drops the entry, so the document is stale there too.
    /// </summary>
    public static readonly TimeSpan KeptAfterDeath = TimeSpan.FromHours(1);

    /// <param name="site">Rows of the reader's site.</param>
    /// <param name="reader">The reader.</param>
    /// <param name="servers">Link addresses, first first.</param>
    /// <param name="now">Says which years of the zone's clock changes the reader needs.</param>
    public static Bundle For(SiteRows site, Reader reader, IEnumerable<string> servers, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.State == ReaderState.Deleted)
            return Last(site, reader);
        var changedKeys = site.Keys.Where(k => StatusOf(k) != Status.Valid);
        return new()
        {
            Site = SiteId.From(site.CustomerId),
            Reader = ReaderId.From(reader.Id),
            Settings = SettingsOf(reader, site.OfflinePolicy),
            CustomerActive = site.Active,
            Issuers = Issuers(site),
            SiteKeys = SiteKeys(site),
            Sets = [.. site.SetsOf(reader).Select(n => (ushort)n).Order()],
            Zone = ZoneTable.At(TimeZoneInfo.FindSystemTimeZoneById(site.TimeZone), now),
            States = changedKeys.ToImmutableSortedDictionary(k => (uint)k.Number, StatusOf),
            MinSerials = site.Keys.Where(k => k.MinSerial > 0)
                .ToImmutableSortedDictionary(k => (uint)k.Number, k => (uint)k.MinSerial),
            StatusSequence = (uint)site.StatusSequence,
            Servers = [.. servers],
        };
    }

    // statements, "A deleted reader": out of service, and nothing of the site that it need not know any more.
    static Bundle Last(SiteRows site, Reader reader) => new()
    {
        Site = SiteId.From(site.CustomerId),
        Reader = ReaderId.From(reader.Id),
        Settings = SettingsOf(reader, site.OfflinePolicy),
        CustomerActive = site.Active,
        SiteKeys = SiteKeys(site),
    };

    internal static Status StatusOf(KeyRow key) => key.State switch
    {
        Users.KeyState.Revoking or Users.KeyState.Revoked or Users.KeyState.Exhausted or Users.KeyState.Replaced
            or Users.KeyState.DeletedByUser or Users.KeyState.DeletedByAdmin => Status.Revoked,
        Users.KeyState.Suspended => Status.Suspended,
        // A document that is out stays as good as its own dates while nobody took it back.
        Users.KeyState.Draft or Users.KeyState.Invited or Users.KeyState.InviteExpired or Users.KeyState.Active
            or Users.KeyState.Expired => key.UserState switch
            {
                UserState.Active => Status.Valid,
                UserState.Suspended => Status.UserInactive,
                UserState.Deleted => Status.Revoked,
            },
    };

    static ReaderSettings SettingsOf(Reader reader, OfflinePolicy policy) => new()
    {
        Name = reader.Name,
        ReaderId = reader.ReaderId,
        InService = reader.State == ReaderState.InService,
        UnlockSeconds = reader.UnlockSeconds,
        LongUnlockSeconds = reader.LongUnlockSeconds,
        Presentation = reader.Presentation switch
        {
            Readers.Presentation.Present => PresentationMode.Present,
            Readers.Presentation.Touch => PresentationMode.Touch,
            Readers.Presentation.LongRange => PresentationMode.LongRange,
        },
        // The same bits under the same words; a test holds the two together.
        Ways = (Way)reader.Ways,
        SecondFactor = reader.SecondFactor == Readers.SecondFactor.PhoneUnlocked,
        OneTap = reader.OneTap,
        Degraded = policy == OfflinePolicy.DenyAll ? Degraded.DenyAll : Degraded.DocumentsOnly,
        OfflineUses = (uint)reader.OfflineUses,
        RangePercent = reader.RangePercent,
        Led = reader.Led,
        Buzzer = reader.Buzzer,
    };

    // A retired issuer key is trusted no more: whoever retires one waits until its documents have died, or wants them dead.
    static ImmutableSortedDictionary<uint, Issuer> Issuers(SiteRows site) => site.SigningKeys
        .Where(k => k.Purpose == KeyPurpose.Issuer && k.RetiredAt is null)
        .Select(k => new Issuer(Read(k), k.IssuedAtFloor?.ToUnix()))
        .ToImmutableSortedDictionary(i => i.Key.KidNumber, i => i);

    static ImmutableArray<PublicKey> SiteKeys(SiteRows site) =>
        [.. site.SigningKeys.Where(k => k.Purpose == KeyPurpose.Site && k.RetiredAt is null).TakeLast(Bundle.SiteKeysMax).Select(Read)];

    static PublicKey Read(SigningKey key) => PublicKey.TryRead(key.PublicKey, out var read)
        ? read
        : throw new InvalidOperationException("A signing key is stored off the curve.");
}
