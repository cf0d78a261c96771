using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Audit;
using Latchkey.Server.Backups;
using Latchkey.Server.Credits;
using Latchkey.Server.Events;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Latchkey.Server.Readers;
using Latchkey.Server.Sync;
using Latchkey.Server.Users;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Storage;

/// <summary>The store, the same on SQLite and PostgreSQL. Tenant tables lead every key with the customer id.</summary>
public class Db(DbContextOptions options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<Account> Accounts => Set<Account>();
    public DbSet<Customer> Customers => Set<Customer>();
    public DbSet<Distributor> Distributors => Set<Distributor>();
    public DbSet<BrokenGlass> BrokenGlasses => Set<BrokenGlass>();
    public DbSet<Administrator> Administrators => Set<Administrator>();
    public DbSet<Membership> Memberships => Set<Membership>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();
    public DbSet<FeatureSetting> FeatureSettings => Set<FeatureSetting>();
    public DbSet<SetupCode> SetupCodes => Set<SetupCode>();
    public DbSet<AdministratorLink> AdministratorLinks => Set<AdministratorLink>();
    public DbSet<Authenticator> Authenticators => Set<Authenticator>();
    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();
    public DbSet<Passkey> Passkeys => Set<Passkey>();
    public DbSet<SpentChallenge> SpentChallenges => Set<SpentChallenge>();
    public DbSet<User> Users => Set<User>();
    public DbSet<Device> Devices => Set<Device>();
    public DbSet<MobileKey> MobileKeys => Set<MobileKey>();
    public DbSet<ActivationCode> ActivationCodes => Set<ActivationCode>();
    public DbSet<AccessLevel> AccessLevels => Set<AccessLevel>();
    public DbSet<AccessLevelReader> AccessLevelReaders => Set<AccessLevelReader>();
    public DbSet<UserAccessLevel> UserAccessLevels => Set<UserAccessLevel>();
    public DbSet<Reader> Readers => Set<Reader>();
    public DbSet<ReaderPairing> ReaderPairings => Set<ReaderPairing>();
    public DbSet<FeedCounter> FeedCounters => Set<FeedCounter>();
    public DbSet<FeedChange> FeedChanges => Set<FeedChange>();
    public DbSet<ReaderStatement> ReaderStatements => Set<ReaderStatement>();
    public DbSet<SpentNonce> SpentNonces => Set<SpentNonce>();
    public DbSet<Event> Events => Set<Event>();
    public DbSet<EventCounter> EventCounters => Set<EventCounter>();
    public DbSet<ReaderChain> ReaderChains => Set<ReaderChain>();
    public DbSet<Message> Messages => Set<Message>();
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();
    public DbSet<AuditHead> AuditHeads => Set<AuditHead>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<AuditCheckpoint> AuditCheckpoints => Set<AuditCheckpoint>();
    public DbSet<AuditVerdict> AuditVerdicts => Set<AuditVerdict>();
    public DbSet<CreditBalance> CreditBalances => Set<CreditBalance>();
    public DbSet<CreditEntry> CreditEntries => Set<CreditEntry>();
    public DbSet<SearchWord> SearchWords => Set<SearchWord>();
    public DbSet<StoredRequest> StoredRequests => Set<StoredRequest>();
    public DbSet<BackupMade> BackupsMade => Set<BackupMade>();
    public DbSet<WrongTries> WrongTries => Set<WrongTries>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        AccountsModel.Map(modelBuilder);
        AdministratorsModel.Map(modelBuilder);
        UsersModel.Map(modelBuilder);
        AccessModel.Map(modelBuilder);
        ReadersModel.Map(modelBuilder);
        SyncModel.Map(modelBuilder);
        EventsModel.Map(modelBuilder);
        NoticesModel.Map(modelBuilder);
        KeysModel.Map(modelBuilder);
        AuditModel.Map(modelBuilder);
        modelBuilder.Entity<BackupMade>().HasKey(b => b.Id);
        CreditsModel.Map(modelBuilder);
        modelBuilder.Entity<SearchWord>(e =>
        {
            // The key is the index that searches ask: a beginning is a range of it.
            e.HasKey(w => new { w.AccountId, w.Kind, w.Word, w.SubjectId });
            e.Property(w => w.Word).HasMaxLength(Storage.SearchWords.WordCharsMax);
        });
        modelBuilder.Entity<StoredRequest>().HasKey(r => new { r.CustomerId, r.Id });
        modelBuilder.Entity<WrongTries>(e =>
        {
            e.HasKey(t => t.Subject);
            e.Property(t => t.Subject).HasMaxLength(Storage.WrongTries.SubjectCharsMax);
        });
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        Storage.SearchWords.Follow(this);
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        Storage.SearchWords.Follow(this);
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // Words in the tables, so that a new member can't shift the meaning of old rows.
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(40);
    }
}
