using System.Security.Cryptography;
using Latchkey.Protocol.Link;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;
using PairingCode = Latchkey.Protocol.Credentials.ActivationCode;

namespace Latchkey.Server.Tests.Readers;

public class PairingTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task A_reader_is_paired_and_trusts_what_it_gets(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid(), name = "Garage" });
        Assert.Equal(Site.SystemIdText, code.SystemId);

        using var asked = await reader.Ask(reader.Request(code.Code));
        var answer = await Site.Done<AskForPairingAnswer>(asked);
        Assert.Equal(Fingerprint.Text(reader.Key.Public), answer.Fingerprint);
        Assert.Equal("waiting", (await reader.Standing(answer.Pairing)).State);
        var waiting = Assert.Single((await site.Get<PairingListAnswer>("/api/v1/pairings")).Pairings);
        Assert.Equal((PairingState.Asked, answer.Fingerprint, "Garage"), (waiting.State, waiting.Fingerprint, waiting.Name));

        var made = await site.Post<ReaderAnswer>($"/api/v1/pairings/{code.PairingId}/confirm", new { id = Guid.NewGuid() });
        reader.Accept(await reader.Standing(answer.Pairing), code.Code);
        Assert.Equal(made.Id, reader.Id);
        Assert.Equal("Garage", made.Name);
        Assert.InRange(made.ReaderId.Length, 1, Reader.ReaderIdCharsMax);
        Assert.Equal("ws://localhost:5500/api/v1/reader/link", reader.Link);
        var row = Assert.Single((await site.Get<ReaderListAnswer>("/api/v1/readers")).Readers);
        Assert.Equal(ReaderCondition.NeverLinked, row.Condition);
    }

    [Theory, BothEngines]
    public async Task A_reader_that_lost_the_answer_may_ask_again_and_another_may_not(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        using var other = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var first = await reader.Ask(reader.Request(code.Code));
        using var again = await reader.Ask(reader.Request(code.Code));
        using var stranger = await other.Ask(other.Request(code.Code));

        var answer = await Site.Done<AskForPairingAnswer>(again);
        Assert.Equal("waiting", (await reader.Standing(answer.Pairing)).State);
        Assert.Equal("pairing-code-unknown", await Site.Problem(stranger));
    }

    [Theory, BothEngines]
    public async Task A_wrong_System_Key_and_a_wrong_System_ID_look_alike(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var wrongKey = await reader.Ask(reader.Request(code.Code, systemKey: "k3yOfBet"));
        using var wrongId = await reader.Ask(reader.Request(code.Code, systemId: "BETA0001"));
        using var right = await reader.Ask(reader.Request(code.Code));

        Assert.Equal("pairing-proof-wrong", await Site.Problem(wrongKey));
        Assert.Equal("pairing-proof-wrong", await Site.Problem(wrongId));
        Assert.Equal(System.Net.HttpStatusCode.Accepted, right.StatusCode);
    }

    [Theory, BothEngines]
    public async Task Codes_that_are_mistyped_made_up_or_over_are_told_apart(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        var other = code.Code[0] == '7' ? '8' : '7';
        using var mistyped = await reader.Ask(reader.Request(other + code.Code[1..]));
        Assert.Equal("code-mistyped", await Site.Problem(mistyped));

        house.Time.Advance(ReaderPairing.CodeLife);
        using var over = await reader.Ask(reader.Request(code.Code));
        Assert.Equal("pairing-code-unknown", await Site.Problem(over));
    }

    [Theory, BothEngines]
    public async Task Guessing_is_slowed_down(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        var problems = new List<string>();
        for (var guess = 0; guess < 10; guess++)
        {
            using var answer = await reader.Ask(reader.Request(code.Code, systemKey: $"guess{guess}xy"));
            problems.Add(await Site.Problem(answer));
        }
        Assert.Equal("pairing-proof-wrong", problems[0]);
        Assert.Equal("throttled", problems[^1]);
    }

    [Theory, BothEngines]
    public async Task Who_guesses_pairing_codes_waits_and_keeps_no_reader_of_the_same_network_out(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        for (var guess = 0; guess < Throttle.FreeTries; guess++)
            Assert.Equal("pairing-code-unknown", await Guess());
        Assert.Equal("throttled", await Guess());
        using var asked = await reader.Ask(reader.Request(code.Code));
        await Site.Done<AskForPairingAnswer>(asked);

        async Task<string> Guess()
        {
            using var answer = await reader.Ask(reader.Request(PairingCode.NewPairing(RandomNumberGenerator.Fill).Grouped));
            return await Site.Problem(answer);
        }
    }

    [Theory, BothEngines]
    public async Task A_refused_reader_hears_so_and_is_no_reader(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var asked = await reader.Ask(reader.Request(code.Code));
        var answer = await Site.Done<AskForPairingAnswer>(asked);
        await site.Post<PairingAnswer>($"/api/v1/pairings/{code.PairingId}/refuse", new { id = Guid.NewGuid() });

        Assert.Equal("refused", (await reader.Standing(answer.Pairing)).State);
        Assert.Equal(
            "pairing-over", await site.Refused($"/api/v1/pairings/{code.PairingId}/confirm", new { id = Guid.NewGuid() }));
        Assert.Empty((await site.Get<ReaderListAnswer>("/api/v1/readers")).Readers);
    }

    [Theory, BothEngines]
    public async Task The_code_is_kept_only_until_the_reader_has_linked(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Pair();
        Assert.NotNull(await site.Read(db => db.ReaderPairings.Where(p => p.CustomerId == site.Id).Select(p => p.CodeSealed).SingleAsync()));
        await reader.Begin();
        await reader.Apply();
        Assert.Null(await site.Read(db => db.ReaderPairings.Where(p => p.CustomerId == site.Id).Select(p => p.CodeSealed).SingleAsync()));
    }

    [Theory, BothEngines]
    public async Task The_code_of_a_pairing_that_came_to_nothing_is_forgotten(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var forgetting = house.Get<Forgetting>();
        Task<int> Kept() => site.Read(db => db.ReaderPairings.CountAsync(p => p.CustomerId == site.Id && p.CodeSealed != null));
        using var unconfirmed = new DoorReader(site);
        using var vanished = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var asked = await unconfirmed.Ask(unconfirmed.Request(code.Code));
        var answer = await Site.Done<AskForPairingAnswer>(asked);
        await vanished.Pair();
        await forgetting.RunOnce(CancellationToken.None);
        Assert.Equal(2, await Kept());

        house.Time.Advance(ReaderPairing.CodeLife);
        await forgetting.RunOnce(CancellationToken.None);
        Assert.Equal(1, await Kept());
        Assert.Equal("expired", (await unconfirmed.Standing(answer.Pairing)).State);
        house.Time.Advance(ReaderPairing.AnswerLife - ReaderPairing.CodeLife);
        await forgetting.RunOnce(CancellationToken.None);
        Assert.Equal(0, await Kept());
    }

    [Theory, BothEngines]
    public async Task The_secret_of_a_pairing_stands_in_no_address_and_no_log(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var reader = new DoorReader(site);
        var code = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        using var asked = await reader.Ask(reader.Request(code.Code));
        var answer = await Site.Done<AskForPairingAnswer>(asked);
        await reader.Standing(answer.Pairing);
        Assert.DoesNotContain(house.Logged, line => line.Contains(answer.Pairing, StringComparison.Ordinal));
        using var client = house.NewClient();
        using var byAddress = await client.GetAsync(new Uri($"/api/v1/reader/pairing/{answer.Pairing}", UriKind.Relative));
        Assert.NotEqual(System.Net.HttpStatusCode.OK, byAddress.StatusCode);
        using var unknown = await client.PostAsync(new Uri("/api/v1/reader/pairing/standing", UriKind.Relative), new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal("not-found", await Site.Problem(unknown));
    }

    [Theory, BothEngines]
    public async Task One_customer_sees_and_touches_nothing_of_another(Engine engine)
    {
        var house = await houses.Shared(engine);
        var (alfa, beta) = (await house.NewSite(), await house.NewSite("Beta"));
        using var reader = new DoorReader(alfa);
        await reader.Pair();
        var code = await alfa.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });

        Assert.Empty((await beta.Get<ReaderListAnswer>("/api/v1/readers")).Readers);
        Assert.Empty((await beta.Get<PairingListAnswer>("/api/v1/pairings")).Pairings);
        foreach (var path in new[]
        {
            $"/api/v1/readers/{reader.Id}/delete", $"/api/v1/pairings/{code.PairingId}/confirm",
            $"/api/v1/pairings/{code.PairingId}/refuse",
        })
            Assert.Equal("not-found", await beta.Refused(path, new { id = Guid.NewGuid() }));
        Assert.Equal("not-found", await beta.Refused($"/api/v1/readers/{reader.Id}/open", new { id = Guid.NewGuid(), why = "to see" }));
    }
}
