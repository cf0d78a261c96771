using System.Globalization;
using Latchkey.Bench;

// The goal table. Names on the command line choose lines: door, decide, sizes, demo, radio, withdraw, activation, wallet, reader, ledger, lists.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool Chosen(params string[] names) => args.Length == 0 || names.Any(args.Contains);
var table = new Table();
var folder = Directory.CreateTempSubdirectory("latchkey-bench-").FullName;
try
{
    if (Chosen("door"))
        DoorTransaction.Run(table);
    if (Chosen("decide"))
        Deciding.Run(table);
    if (Chosen("demo", "radio", "withdraw", "activation", "wallet", "reader"))
    {
        var house = Path.Combine(folder, "sqlite");
        await using (var demo = await Demo.Open(5180, house))
        {
            if (Chosen("demo"))
                table.AtMost("demo: start to ready, with an empty folder", 15, demo.Start.TotalSeconds, " s", "0.0");
            if (Chosen("withdraw"))
                await Withdrawals.Run(table, demo);
            if (Chosen("radio"))
                await Doors.RunRadio(table, demo);
            if (Chosen("activation"))
                await Activations.Run(table, "SQLite", demo);
            if (Chosen("wallet"))
                await WalletStart.Run(table, demo);
        }
        if (Chosen("activation"))
        {
            await using var postgres = await Postgres.Start(Path.Combine(folder, "postgres"));
            await using var demo = await Demo.Open(5190, Path.Combine(folder, "with-postgres"), postgres.Connection);
            await Activations.Run(table, "PostgreSQL", demo, Postgres.Analyze);
        }
        if (Chosen("sizes"))
            Deciding.RunSizes(table);
        if (Chosen("reader"))
            await Doors.RunProcess(table, Path.Combine(house, "readers", "main-entrance"));
    }
    else if (Chosen("sizes"))
        Deciding.RunSizes(table);
    if (Chosen("ledger"))
    {
        await Postings.Run(table, "SQLite", Path.Combine(folder, "ledger"));
        await using var postgres = await Postgres.Start(Path.Combine(folder, "ledger-postgres"));
        await Postings.Run(table, "PostgreSQL", Path.Combine(folder, "ledger-with-postgres"), postgres.Connection);
    }
    // Filling a million users takes minutes, so these are measured by name only.
    if (args.Contains("lists"))
    {
        await Lists.Run(table, "SQLite", Path.Combine(folder, "lists-sqlite"));
        await using var postgres = await Postgres.Start(Path.Combine(folder, "lists-postgres"));
        await Lists.Run(table, "PostgreSQL", Path.Combine(folder, "lists-with-postgres"), postgres.Connection);
    }
    Machine.Print(Console.Out);
    table.Print(Console.Out);
}
finally
{
    Directory.Delete(folder, recursive: true);
}
