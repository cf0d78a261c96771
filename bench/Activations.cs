using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;

namespace Latchkey.Bench;

/// <summary>A phone that has activated a key: what later benchmarks present at doors.</summary>
sealed record ActivatedPhone(Guid MobileKeyId, EcdsaSigner Device, byte[] Document, byte[] SiteCard);

/// <summary>(d) Activations over HTTP, each with a proof of possession, one durable transaction and a signed document.</summary>
static class Activations
{
    const int Alone = 200;
    const int Together = 1_280;
    const int Callers = 64;

    /// <param name="settle">Done between filling the store and measuring, such as the gathering of statistics that a server does by itself within minutes.</param>
    public static async Task Run(Table table, string engine, Demo demo, Func<Task>? settle = null)
    {
        using var api = demo.Api();
        await Measure(api, await Proofs(api, Alone / 4), 1); // warm-up
        var alone = await Proofs(api, Alone);
        var together = await Proofs(api, Together);
        if (settle is not null)
            await settle();

        var fsync = FsyncRate.Measure(demo.Folder);
        var one = await Measure(api, alone, 1);
        table.AtLeast($"(d) activations, one caller, {engine}: {one:0}/s at {fsync:0} fsync/s", 0.8, one / fsync, " × fsync");
        fsync = FsyncRate.Measure(demo.Folder);
        var many = await Measure(api, together, Callers);
        table.AtLeast($"(d) activations, {Callers} callers, {engine}: {many:0}/s at {fsync:0} fsync/s", 15, many / fsync, " × fsync");
    }

    /// <summary>One key, from the administrator's act to the phone.</summary>
    public static async Task<ActivatedPhone> Activate(HttpClient api)
    {
        var device = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var (key, proof) = await Proof(api, device);
        using var answer = await api.PostAsJsonAsync("/api/v1/wallet/activate", new { proof });
        answer.EnsureSuccessStatusCode();
        var grant = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return new(key, device, Bytes(grant, "document"), Bytes(grant, "siteCard"));
    }

    static byte[] Bytes(JsonElement grant, string name) => Base64Url.DecodeFromChars(grant.GetProperty(name).GetString());

    static async Task<string[]> Proofs(HttpClient api, int count)
    {
        var proofs = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancel) =>
        {
            using var device = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
            (_, proofs[i]) = await Proof(api, device);
        });
        return proofs;
    }

    static async Task<(Guid MobileKeyId, string Proof)> Proof(HttpClient api, EcdsaSigner device)
    {
        using var answer = await api.PostAsJsonAsync("/api/v1/mobile-keys", new { id = Guid.CreateVersion7(), name = "Bench", notify = false });
        answer.EnsureSuccessStatusCode();
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ActivationCode.TryRead(made.GetProperty("code").GetString(), out var read, out _)
            ? (made.GetProperty("mobileKeyId").GetGuid(), Base64Url.EncodeToString(new RedeemProof(read.Canonical, device.Public, Now, "bench", 1).Sign(device)))
            : throw new InvalidOperationException("The server gave a code that does not read.");
    }

    static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    static async Task<double> Measure(HttpClient api, string[] proofs, int callers)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(proofs, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (proof, stop) =>
        {
            using var answer = await api.PostAsJsonAsync("/api/v1/wallet/activate", new { proof }, stop);
            answer.EnsureSuccessStatusCode();
        });
        return proofs.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
