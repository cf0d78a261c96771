using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Readers;

/// <summary>The REST routes of readers and their pairing, and the two that an unpaired reader itself asks.</summary>
static class ReaderRoutes
{
    public static void MapReaders(this IEndpointRouteBuilder routes)
    {
        var readers = routes.MapGroup("/api/v1/readers").WithTags("Readers").RequireAuthorization(AccountsSetup.ApiPolicy);
        readers.MapGet("/", List).WithSummary("All readers, those that need a person first").Produces<ReaderListAnswer>().Refuses();
        readers.MapGet("/{reader:guid}", Card).WithSummary("One reader").Produces<ReaderCardAnswer>().Refuses();
        readers.MapPatch("/{reader:guid}", Update).WithSummary("New settings").Produces<ReaderAnswer>().Refuses();
        readers.MapPost("/{reader:guid}/delete", Delete).WithSummary("Take a reader away for ever").Produces<ReaderAnswer>().Refuses();
        readers.MapPost("/{reader:guid}/accept-lost-events", AcceptLost).WithSummary("Accept that events of it are lost")
            .Produces<ReaderAnswer>().Refuses();
        readers.MapPost("/{reader:guid}/open", Open).WithSummary("Open once, now").Produces<OpenReaderAnswer>().Refuses();
        readers.MapPost("/{reader:guid}/identify", Identify).WithSummary("Let the reader blink")
            .Produces(StatusCodes.Status204NoContent).Refuses();

        var pairings = routes.MapGroup("/api/v1/pairings").WithTags("Readers").RequireAuthorization(AccountsSetup.ApiPolicy);
        pairings.MapGet("/", Pairings).WithSummary("Pairings that are not over").Produces<PairingListAnswer>().Refuses();
        pairings.MapPost("/", Create).WithSummary("A pairing code, good for ten minutes").Produces<PairingCodeAnswer>().Refuses();
        pairings.MapPost("/{pairing:guid}/confirm", Confirm).WithSummary("Take the reader that asks").Produces<ReaderAnswer>().Refuses();
        pairings.MapPost("/{pairing:guid}/refuse", Refuse).WithSummary("Send the asking reader away").Produces<PairingAnswer>().Refuses();

        var reader = routes.MapGroup("/api/v1/reader/pairing").WithTags("Reader").AllowAnonymous();
        reader.MapPost("/", Ask).WithSummary("A reader asks to be paired")
            .Produces<AskForPairingAnswer>(StatusCodes.Status202Accepted).Refuses();
        reader.MapPost("/standing", Standing).WithSummary("How a pairing stands").Produces<PairingStandingAnswer>().Refuses();
    }

    static async Task<IResult> List(ApiCaller caller, ReaderList list, CancellationToken cancel) =>
        Problems.Answer(await list.Ask(caller.Actor, caller.CustomerId, cancel));

    static async Task<IResult> Card(ApiCaller caller, Guid reader, ReaderCard card, CancellationToken cancel) =>
        Problems.Answer(await card.Ask(caller.Actor, caller.CustomerId, reader, cancel));

    static async Task<IResult> Update(
        ApiCaller caller, Guid reader, UpdateReaderRequest request, UpdateReader update, CancellationToken cancel) =>
        Problems.Answer(await update.Do(caller.Actor, caller.CustomerId, reader, request, cancel));

    static async Task<IResult> Delete(
        ApiCaller caller, Guid reader, DeleteReaderRequest request, DeleteReader delete, CancellationToken cancel) =>
        Problems.Answer(await delete.Do(caller.Actor, caller.CustomerId, reader, request, cancel));

    static async Task<IResult> AcceptLost(
        ApiCaller caller, Guid reader, AcceptLostEventsRequest request, AcceptLostEvents accept, CancellationToken cancel) =>
        Problems.Answer(await accept.Do(caller.Actor, caller.CustomerId, reader, request, cancel));

    static async Task<IResult> Open(
        ApiCaller caller, Guid reader, OpenReaderRequest request, OpenReader open, CancellationToken cancel) =>
        Problems.Answer(await open.Do(caller.Actor, caller.CustomerId, reader, request, cancel));

    static async Task<IResult> Identify(ApiCaller caller, Guid reader, IdentifyReader identify, CancellationToken cancel) =>
        Problems.Answer(await identify.Do(caller.Actor, caller.CustomerId, reader, cancel), _ => TypedResults.NoContent());

    static async Task<IResult> Pairings(ApiCaller caller, PairingList list, CancellationToken cancel) =>
        Problems.Answer(await list.Ask(caller.Actor, caller.CustomerId, cancel));

    static async Task<IResult> Create(
        ApiCaller caller, CreatePairingCodeRequest request, CreatePairingCode create, CancellationToken cancel) =>
        Problems.Answer(await create.Do(caller.Actor, caller.CustomerId, request, cancel));

    static async Task<IResult> Confirm(
        ApiCaller caller, Guid pairing, ConfirmPairingRequest request, ConfirmPairing confirm, CancellationToken cancel) =>
        Problems.Answer(await confirm.Do(caller.Actor, caller.CustomerId, pairing, request, cancel));

    static async Task<IResult> Refuse(
        ApiCaller caller, Guid pairing, RefusePairingRequest request, RefusePairing refuse, CancellationToken cancel) =>
        Problems.Answer(await refuse.Do(caller.Actor, caller.CustomerId, pairing, request, cancel));

    static async Task<IResult> Ask(AskForPairingRequest request, AskForPairing ask, HttpContext http, CancellationToken cancel) =>
        Problems.Answer(
            await ask.Do(http.Connection.RemoteIpAddress, request, cancel),
            answer => TypedResults.Accepted((string?)null, answer));

    // A POST, so that the secret stands in no address and no log, and no cache keeps what a reader is about to trust.
    static async Task<IResult> Standing(PairingStandingRequest request, PairingStanding standing, CancellationToken cancel) =>
        Problems.Answer(await standing.Ask(request, cancel));
}
