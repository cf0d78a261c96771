using System.Globalization;

namespace Latchkey.Bench;

/// <summary>One line of the goal table.</summary>
/// <param name="Holds">Whether the goal was met; null when the line has no goal.</param>
sealed record Row(string What, string Goal, string Figure, bool? Holds);

/// <summary>The goal table: collected line by line, printed as Markdown.</summary>
sealed class Table
{
    readonly List<Row> _rows = [];

    public void Add(string what, string goal, string figure, bool? holds)
    {
        _rows.Add(new(what, goal, figure, holds));
        Console.Error.WriteLine($"  {what}: {figure} (goal {goal})");
    }

    public void AtMost(string what, double goal, double figure, string unit, string format = "0.##") =>
        Add(what, $"<= {goal.ToString(format, CultureInfo.InvariantCulture)}{unit}", $"{figure.ToString(format, CultureInfo.InvariantCulture)}{unit}", figure <= goal);

    public void AtLeast(string what, double goal, double figure, string unit, string format = "0.##") =>
        Add(what, $">= {goal.ToString(format, CultureInfo.InvariantCulture)}{unit}", $"{figure.ToString(format, CultureInfo.InvariantCulture)}{unit}", figure >= goal);

    public void Print(TextWriter to)
    {
        to.WriteLine("| what | goal | figure | holds |");
        to.WriteLine("| --- | --- | --- | --- |");
        foreach (var row in _rows)
            to.WriteLine($"| {row.What} | {row.Goal} | {row.Figure} | {row.Holds switch { true => "yes", false => "**no**", null => "" }} |");
    }
}
