using System.Text.Json;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Latchkey.Server.Tests.Audit;

/// <summary>Whatever somebody does to an audit chain in the database is found, and named.</summary>
public class VerifyTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Entries before the checkpoint, and all.</summary>
    const int Signed = 6;
    const int All = 8;

    static async Task<(int Code, string Said)> Verify(House house, params string[] more)
    {
        await using var said = new StringWriter();
        var code = await VerifyVerb.Run(["verify", "--database", house.Database, .. more], new ConfigurationBuilder().Build(), said, Cancel);
        return (code!.Value, said.ToString());
    }

    static async Task<Site> Prepare(House house)
    {
        var site = await house.NewSite();
        for (var i = 2; i <= Signed; i++)
            await site.Invite($"User {i}");
        await house.Get<AuditWatch>().Sign(Cancel);
        for (var i = Signed + 1; i <= All; i++)
            await site.Invite($"User {i}");
        var (code, said) = await Verify(house);
        Assert.True(code == VerifyVerb.Whole, said);
        Assert.Contains("1 checkpoints, 0 findings", said, StringComparison.Ordinal);
        return site;
    }

    /// <summary>Does something to the database, expects it found and named, and undoes it.</summary>
    static async Task Found(House house, string what, string named, Func<Db, Task> harm, Func<Db, Task> undo)
    {
        await house.Store.Write(harm, Cancel);
        var (code, said) = await Verify(house);
        Assert.True(code == VerifyVerb.NotWhole && said.Contains(named, StringComparison.Ordinal), $"{what}: {said}");
        await house.Store.Write(undo, Cancel);
    }

    static IEnumerable<object?> Otherwise(object? value, IProperty property)
    {
        if (property.IsNullable)
            yield return null;
        switch (value)
        {
            case null:
                yield return Guid.NewGuid();
                break;
            case byte[] bytes:
                foreach (var at in new[] { 0, bytes.Length - 1 })
                {
                    var flipped = (byte[])bytes.Clone();
                    flipped[at] ^= 1;
                    yield return flipped;
                }
                yield return bytes[1..];
                break;
            case Guid guid:
                var other = guid.ToByteArray();
                other[15] ^= 1;
                yield return new Guid(other);
                if (property.IsNullable)
                    yield return Guid.Empty;
                break;
            case long number:
                yield return number + 100;
                break;
            case DateTimeOffset at:
                yield return at.AddMilliseconds(1);
                break;
            case string text:
                yield return text + " ";
                yield return "X" + text[1..];
                break;
            default:
                Assert.Fail($"No other value for {property.Name}.");
                break;
        }
    }

    /// <summary>Every column of a row, as the model has them, is changed one after the other.</summary>
    static async Task EveryColumn<T>(House house, Guid account, Func<Db, IQueryable<T>> row, string named)
        where T : class
    {
        await using var read = house.Store.Open();
        var entity = read.Model.FindEntityType(typeof(T))!;
        var stored = await row(read).AsNoTracking().SingleAsync(Cancel);
        var tried = 0;
        foreach (var property in entity.GetProperties())
        {
            var old = property.PropertyInfo!.GetValue(stored);
            foreach (var other in Otherwise(old, property))
            {
                tried++;
                await Found(house, $"{typeof(T).Name}.{property.Name} = {other ?? "null"}", named, db => Set(db, old, other), db => Set(db, other, old));
                Task Set(Db db, object? from, object? to)
                {
                    // The key's other columns find the row; its own value may be the one that changes.
                    var where = string.Join(" AND ", entity.FindPrimaryKey()!.Properties.Select((k, i) => $"\"{k.Name}\" = {{{i + 1}}}"));
                    object?[] values =
                    [
                        Stored(property, to),
                        .. entity.FindPrimaryKey()!.Properties.Select(k => Stored(k, k == property ? from : k.PropertyInfo!.GetValue(stored))),
                    ];
                    return One(db, $"UPDATE \"{entity.GetTableName()}\" SET \"{property.Name}\" = {(to is null ? "NULL" : "{0}")} WHERE {where}", values.Select(v => v ?? 0));
                }
            }
        }
        Assert.True(tried >= entity.GetProperties().Count());
        var (code, said) = await Verify(house);
        Assert.True(code == VerifyVerb.Whole, said);

        static object? Stored(IProperty property, object? value) => value is null ? null : property.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value;
    }

    static async Task One(Db db, string sql, IEnumerable<object> values) => Assert.Equal(1, await db.Database.ExecuteSqlRawAsync(sql, values, Cancel));

    [Theory, BothEngines]
    public async Task A_change_of_any_column_of_an_entry_a_checkpoint_or_a_head_is_found(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await Prepare(house);
        foreach (var seq in new[] { 1L, 4L, All })
            await EveryColumn(house, site.Id, db => db.AuditEntries.Where(e => e.AccountId == site.Id && e.Seq == seq), $", entry {seq}: ");
        await EveryColumn(house, site.Id, db => db.AuditCheckpoints.Where(c => c.AccountId == site.Id), "checkpoint");
        await EveryColumn(house, site.Id, db => db.AuditHeads.Where(h => h.AccountId == site.Id), $"({site.Id}), entry ");
    }

    [Theory, BothEngines]
    public async Task What_reads_the_same_but_is_stored_otherwise_is_found(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await Prepare(house);
        var (mark, misspelt) = ($"\"AccountId\" = {{0}} AND \"Seq\" = 3", "entry 3: is not stored");
        (string Harm, string Undo)[] ways = engine == Engine.Sqlite
            ?
            [
                ("\"ActorId\" = lower(\"ActorId\")", "\"ActorId\" = upper(\"ActorId\")"),
                ("\"SubjectId\" = lower(\"SubjectId\")", "\"SubjectId\" = upper(\"SubjectId\")"),
                ("\"Payload\" = CAST(\"Payload\" AS BLOB)", "\"Payload\" = CAST(\"Payload\" AS TEXT)"),
                ("\"Payload\" = \"Payload\" || char(0) || 'more'", "\"Payload\" = substr(\"Payload\", 1, instr(\"Payload\", char(0)) - 1)"),
                ("\"Act\" = CAST(\"Act\" AS BLOB)", "\"Act\" = CAST(\"Act\" AS TEXT)"),
                ("\"At\" = \"At\" + 0.5", "\"At\" = CAST(\"At\" - 0.5 AS INTEGER)"),
            ]
            : [("\"At\" = \"At\" + interval '1 microsecond'", "\"At\" = \"At\" - interval '1 microsecond'")];
        foreach (var (harm, undo) in ways)
        {
            await Found(house, harm, misspelt, db => Set(db, harm), db => Set(db, undo));
            Task Set(Db db, string set) => One(db, $"UPDATE \"AuditEntries\" SET {set} WHERE {mark}", [site.Id]);
        }
        Assert.Equal(VerifyVerb.Whole, (await Verify(house)).Code);
    }

    [Theory, BothEngines]
    public async Task Entries_that_were_swapped_taken_out_or_put_in_are_found(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await Prepare(house);
        Task Move(Db db, long from, long to) => db.AuditEntries.Where(e => e.AccountId == site.Id && e.Seq == from)
            .ExecuteUpdateAsync(s => s.SetProperty(e => e.Seq, to), Cancel);
        async Task Swap(Db db)
        {
            await Move(db, 3, 1000);
            await Move(db, 5, 3);
            await Move(db, 1000, 5);
        }
        await Found(house, "swap", ", entry 3: was changed", Swap, Swap);
        await using var read = house.Store.Open();
        var fourth = await read.AuditEntries.AsNoTracking().SingleAsync(e => e.AccountId == site.Id && e.Seq == 4, Cancel);
        Task Out(Db db) => db.AuditEntries.Where(e => e.AccountId == site.Id && e.Seq == 4).ExecuteDeleteAsync(Cancel);
        await Found(house, "taken out", ", entry 4: is missing", Out, db => Task.FromResult(db.AuditEntries.Add(fourth)));
        await Found(
            house, "put in", $", entry {All + 1}: the chain does not end",
            db => Task.FromResult(db.AuditEntries.Add(Copy(fourth, All + 1))),
            db => db.AuditEntries.Where(e => e.AccountId == site.Id && e.Seq == All + 1).ExecuteDeleteAsync(Cancel));
        Assert.Equal(VerifyVerb.Whole, (await Verify(house)).Code);
    }

    static AuditEntry Copy(AuditEntry e, long seq, byte[]? prev = null)
    {
        var copy = new AuditEntry
        {
            AccountId = e.AccountId, Seq = seq, At = e.At, ActorId = e.ActorId, Act = e.Act, SubjectId = e.SubjectId, Salt = e.Salt, Payload = e.Payload,
            PayloadDigest = e.PayloadDigest, PrevHash = prev ?? e.PrevHash, Hash = [],
        };
        return new()
        {
            AccountId = e.AccountId, Seq = seq, At = e.At, ActorId = e.ActorId, Act = e.Act, SubjectId = e.SubjectId, Salt = e.Salt, Payload = e.Payload,
            PayloadDigest = e.PayloadDigest, PrevHash = copy.PrevHash, Hash = AuditChain.Hash(copy),
        };
    }

    /// <summary>All that somebody who can write the database, but has no key, can do: compute the chain anew from an entry on.</summary>
    static async Task Rewrite(House house, Site site, long without, long? end = null) => await house.Store.Write(
        async db =>
        {
            var entries = await db.AuditEntries.AsNoTracking().Where(e => e.AccountId == site.Id).OrderBy(e => e.Seq).ToListAsync(Cancel);
            await db.AuditEntries.Where(e => e.AccountId == site.Id).ExecuteDeleteAsync(Cancel);
            var (seq, prev) = (0L, new byte[32]);
            foreach (var entry in entries.Where(e => e.Seq != without && !(e.Seq > end)))
            {
                var copy = Copy(entry, ++seq, prev);
                prev = copy.Hash;
                db.AuditEntries.Add(copy);
            }
            var head = await db.AuditHeads.SingleAsync(h => h.AccountId == site.Id, Cancel);
            (head.Seq, head.Hash) = (seq, prev);
        },
        Cancel);

    [Theory, BothEngines]
    public async Task A_chain_that_was_computed_anew_is_not_what_the_checkpoint_signed_and_gets_no_signature(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await Prepare(house);
        await Rewrite(house, site, without: 4);
        var (code, said) = await Verify(house);
        Assert.Equal(VerifyVerb.NotWhole, code);
        Assert.Contains($", entry {Signed}: the chain is not what the checkpoint signed", said, StringComparison.Ordinal);

        // Nothing since the checkpoint fits it, so there is no next one; the verdict says so, and the log, once.
        var watch = house.Get<AuditWatch>();
        await watch.Sign(Cancel);
        await watch.Sign(Cancel);
        Assert.Equal(1, await site.Read(db => db.AuditCheckpoints.CountAsync(c => c.AccountId == site.Id, Cancel)));
        Assert.Equal(AuditFault.CheckpointDiffers, await site.Read(db => db.AuditVerdicts.Where(v => v.AccountId == site.Id).Select(v => v.Fault).SingleAsync(Cancel)));
        Assert.Single(house.Logged, line => line.Contains("is not whole", StringComparison.Ordinal));
    }

    [Theory, BothEngines]
    public async Task A_tail_that_was_cut_off_is_found_by_its_checkpoint_or_by_one_that_was_exported(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await Prepare(house);
        var exported = Path.GetTempFileName();
        var checkpoint = await site.Read(db => db.AuditCheckpoints.AsNoTracking().SingleAsync(c => c.AccountId == site.Id, Cancel));
        await File.WriteAllTextAsync(exported, JsonSerializer.Serialize(checkpoint, JsonSerializerOptions.Web) + "\n", Cancel);
        Assert.Equal(VerifyVerb.Whole, (await Verify(house, "--checkpoints", exported)).Code);

        await Rewrite(house, site, without: 0, end: Signed - 1);
        Assert.Contains($", entry {Signed}: the chain is not what the checkpoint signed", (await Verify(house)).Said, StringComparison.Ordinal);
        // Whoever takes the checkpoint away as well is found by what the head says, then by what was kept elsewhere.
        await house.Store.Write(db => db.AuditCheckpoints.Where(c => c.AccountId == site.Id).ExecuteDeleteAsync(Cancel), Cancel);
        Assert.Contains($", entry {Signed}: a checkpoint is missing", (await Verify(house)).Said, StringComparison.Ordinal);
        await house.Store.Write(db => db.AuditHeads.Where(h => h.AccountId == site.Id).ExecuteUpdateAsync(s => s.SetProperty(h => h.SignedSeq, 0), Cancel), Cancel);
        Assert.Equal(VerifyVerb.Whole, (await Verify(house)).Code);
        var (code, said) = await Verify(house, "--checkpoints", exported);
        Assert.Equal(VerifyVerb.NotWhole, code);
        Assert.Contains($"{site.Id}), entry {Signed}: the chain is not what the checkpoint signed", said, StringComparison.Ordinal);
        File.Delete(exported);
    }

    [Theory, BothEngines]
    public async Task A_key_of_somebody_else_signs_nothing(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await Prepare(house);
        var key = await site.Read(async db => (await ReadChain.Keys(db, Cancel)).Single());
        Assert.Equal(VerifyVerb.Whole, (await Verify(house, "--key", Convert.ToHexString(key.PublicKey))).Code);
        Assert.Contains(Convert.ToHexStringLower(key.PublicKey), (await Verify(house)).Said, StringComparison.Ordinal);

        // Put into the store, with a checkpoint of its own: the chain looks whole, to whoever does not know the key.
        using var strangers = new SiteSigners(new(new byte[SecretBox.MasterKeyBytes]));
        var own = strangers.Make(SigningKey.Installation, KeyPurpose.Audit, DateTimeOffset.UnixEpoch);
        await house.Store.Write(
            async db =>
            {
                db.SigningKeys.Add(own);
                var forged = await db.AuditCheckpoints.SingleAsync(c => c.AccountId == site.Id, Cancel);
                var signed = new AuditCheckpoint { AccountId = site.Id, Seq = forged.Seq, PrevSeq = 0, At = forged.At, Hash = forged.Hash, KeyId = own.Id };
                signed.Signature = strangers.Of(own).Sign(signed.Signed());
                db.Remove(forged);
                await db.SaveChangesAsync(Cancel);
                db.Add(signed);
            },
            Cancel);
        Assert.Contains("not signed by the installation's key", (await Verify(house, "--key", Convert.ToHexString(key.PublicKey))).Said, StringComparison.Ordinal);
        if (engine == Engine.Sqlite)
        {
            // Beside its master key the server's own database needs no key named.
            await using var said = new StringWriter();
            var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Latchkey:Data", Path.GetDirectoryName(house.Database))]).Build();
            Assert.Equal(VerifyVerb.NotWhole, await VerifyVerb.Run(["verify"], settings, said, Cancel));
            Assert.Contains("not sealed under this master.key", said.ToString(), StringComparison.Ordinal);
            Assert.Contains("not signed by the installation's key", said.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory, BothEngines]
    public async Task Chains_are_signed_each_hour_and_looked_at_each_day(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var watch = house.Get<AuditWatch>();
        await watch.Sign(Cancel);
        await watch.Sign(Cancel);
        await site.Invite();
        await watch.Sign(Cancel);
        Assert.Equal([(1L, 0L), (2L, 1L)], await site.Read(async db => (await db.AuditCheckpoints.Where(c => c.AccountId == site.Id).OrderBy(c => c.Seq).ToListAsync(Cancel)).Select(c => (c.Seq, c.PrevSeq))));
        await watch.LookAtAll(Cancel);
        var at = house.Time.GetUtcNow();
        Task<AuditVerdict> Verdict() => site.Read(db => db.AuditVerdicts.AsNoTracking().SingleAsync(v => v.AccountId == site.Id, Cancel));
        var verdict = await Verdict();
        Assert.Equal((at, 2L, null, at), (verdict.At, verdict.Seq, verdict.Fault, verdict.Since));
        house.Leap(AuditWatch.LooksEach - TimeSpan.FromSeconds(1));
        await watch.LookAtAll(Cancel);
        Assert.Equal(at, (await Verdict()).At);
        house.Leap(TimeSpan.FromSeconds(1));
        await watch.LookAtAll(Cancel);
        Assert.Equal(at + AuditWatch.LooksEach, (await Verdict()).At);
    }

    [Fact]
    public async Task What_cannot_be_verified_is_said_in_one_line()
    {
        async Task<string> Refused(params string[] words) => (await Assert.ThrowsAsync<SettingsFault>(
            () => VerifyVerb.Run(words, new ConfigurationBuilder().AddInMemoryCollection([new("Latchkey:Data", "/nowhere")]).Build(), TextWriter.Null, Cancel))).Message;
        Assert.Contains("there is no database", await Refused("verify"), StringComparison.Ordinal);
        Assert.Contains("takes [--database", await Refused("verify", "file.db"), StringComparison.Ordinal);
        Assert.Contains("takes [--database", await Refused("verify", "--base", "file.db"), StringComparison.Ordinal);
        Assert.Contains("is not there", await Refused("verify", "--database", "/nowhere/file.db"), StringComparison.Ordinal);
        Assert.Contains("public key", await Refused("verify", "--key", "00"), StringComparison.Ordinal);
        Assert.Contains("no exported checkpoints", await Refused("verify", "--checkpoints", "/nowhere/file"), StringComparison.Ordinal);
        var text = Path.GetTempFileName();
        Assert.Contains("another version of Latchkey, or none", await Refused("verify", "--database", text), StringComparison.Ordinal);
        await File.WriteAllTextAsync(text, new string('x', 5000), Cancel);
        Assert.Contains("could not read the database", await Refused("verify", "--database", text), StringComparison.Ordinal);
        File.Delete(text);
        Assert.Null(await VerifyVerb.Run(["serve"], new ConfigurationBuilder().Build(), TextWriter.Null, Cancel));
    }
}
