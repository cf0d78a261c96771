using System.Runtime.InteropServices;
using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;

namespace Latchkey.Server.Demo;

/// <summary>
/// The whole product on one machine: this server, two virtual doors as processes of their own, a little data. The doors are paired by
/// the same acts an administrator uses; nothing in the product knows that it is a demo but the customer's system type.
/// </summary>
sealed class DemoHost(
    DemoOptions options, DemoSeed seed, CreatePairingCode createCode, PairingList pairings, ConfirmPairing confirm, ReaderList readers,
    DeleteReader delete, TimeProvider time)
{
    static readonly TimeSpan PairingGlance = TimeSpan.FromMilliseconds(200);

    public static async Task Run(WebApplication app, DemoOptions options)
    {
        ArgumentNullException.ThrowIfNull(app);
        Directory.CreateDirectory(options.Data);
        var demo = ActivatorUtilities.CreateInstance<DemoHost>(
            app.Services, options, ActivatorUtilities.CreateInstance<DemoSeed>(app.Services));
        await demo.Run(app);
    }

    async Task Run(WebApplication app)
    {
        var stop = app.Lifetime.ApplicationStopping;
        // A terminal that is closed ends it as Ctrl+C does, doors and all.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            app.Lifetime.StopApplication();
        });
        DemoDoor[] doors = [Door("Main entrance", 1), Door("Server room", 2)];
        try
        {
            LoopbackPort.Need(options.Port);
            var signIn = await seed.Ensure(options.Data, stop);
            await app.StartAsync(stop);
            foreach (var door in doors)
            {
                if (!await door.IsPaired(stop))
                    await Pair(door, signIn, stop);
                await door.Open(stop);
            }
            Say(signIn, doors);
            await app.WaitForShutdownAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped while starting.
        }
        finally
        {
            foreach (var door in doors)
                await door.DisposeAsync();
            await app.StopAsync();
        }
    }

    DemoDoor Door(string name, int offset) => new(
        name, options.Port + offset, Path.Combine(options.Data, "readers", name.ToLowerInvariant().Replace(' ', '-')), options.Reader);

    // What the administrator does at the reader's first start: make a code, compare fingerprints, confirm.
    async Task Pair(DemoDoor door, DemoSignIn signIn, CancellationToken cancel)
    {
        // Confirmed at a start that ended before the reader heard of it: nobody has that reader's key any more.
        var known = Expect(await readers.Ask(signIn.Actor, signIn.Customer, cancel)).Readers;
        foreach (var orphan in known.Where(r => r.Name == door.Name && r.Condition != ReaderCondition.DeletedNotTold))
            Expect(await delete.Do(signIn.Actor, signIn.Customer, orphan.Id, new(Guid.CreateVersion7(time.GetUtcNow())), cancel));
        var made = Expect(await createCode.Do(signIn.Actor, signIn.Customer, new(Guid.CreateVersion7(time.GetUtcNow()), door.Name), cancel));
        var said = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var reader = door.Pair(options.Origin, made.Code, said.Enqueue, cancel);
        while (!reader.IsCompleted)
        {
            await Task.WhenAny(reader, Task.Delay(PairingGlance, time, cancel));
            var waiting = Expect(await pairings.Ask(signIn.Actor, signIn.Customer, cancel)).Pairings
                .SingleOrDefault(p => p.PairingId == made.PairingId);
            if (waiting is { State: PairingState.Asked, Fingerprint: { } fingerprint } && said.Any(line => line.Contains(fingerprint, StringComparison.Ordinal)))
            {
                Expect(await confirm.Do(signIn.Actor, signIn.Customer, made.PairingId, new(Guid.CreateVersion7(time.GetUtcNow())), cancel));
                break;
            }
        }
        await reader;
    }

    void Say(DemoSignIn signIn, DemoDoor[] doors) => System.Console.WriteLine($"""

        Latchkey demo

          Console        {options.Origin}
          Sign in        {signIn.Email} / {signIn.Password}
                         with the same password {DemoSeed.DistributorEmail} (distributor), {DemoSeed.OperatorEmail} (operator)
          Wallet         {options.Origin}/w/
          {string.Join("\n  ", doors.Select(door => $"{door.Name,-14} {door.Address}"))}
          API            {options.Origin}/api/openapi.json, token in {Path.Combine(options.Data, "api-token")}
          Data           {options.Data}

        Ready. Ctrl+C ends it; the data stays.
        """);

    static T Expect<T>(Outcome<T> outcome) =>
        outcome.Done ? outcome.Value : throw new InvalidOperationException($"The demo was refused: {outcome.Refused}.");
}
