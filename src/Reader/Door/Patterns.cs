namespace Latchkey.Reader.Door;

/// <summary>What the light shows.</summary>
public enum Light
{
    Ready,
    Amber,
    Green,
    Red,
    White,
    Off,
}

/// <summary>What the door is saying, one pattern each. The five verdict classes are those of spec/decision.md, "Signals".</summary>
public enum DoorSignal
{
    Ready,
    Deciding,
    Granted,
    AskSomebody,
    UsePhone,
    NotNow,
    NotThisDoor,
    Identify,
}

public readonly record struct LightStep(Light Light, int Ms);

/// <summary>A tone of 0 Hz is a pause.</summary>
public readonly record struct Tone(int Hertz, int Ms);

/// <summary>Light and sound of one signal, played once from the start. An empty light list means: steady in the signal's colour.</summary>
public sealed record Pattern(IReadOnlyList<LightStep> Lights, IReadOnlyList<Tone> Tones)
{
    public const int LowHertz = 440;
    public const int MiddleHertz = 660;
    public const int HighHertz = 990;

    public int DurationMs => Math.Max(Lights.Sum(s => s.Ms), Tones.Sum(t => t.Ms));

    // Colour, rhythm and sound all differ, so that the door can be read without seeing red from green, and without hearing.
    public static Pattern Of(DoorSignal signal) => signal switch
    {
        DoorSignal.Ready => Silent(),
        DoorSignal.Deciding => Silent(),
        DoorSignal.Granted => new([], [new(MiddleHertz, 180)]),
        DoorSignal.AskSomebody => new([new(Light.Red, 2_500)], [new(MiddleHertz, 150), new(0, 80), new(LowHertz, 250)]),
        DoorSignal.UsePhone => new(
            [new(Light.Red, 900), new(Light.Off, 150), new(Light.Amber, 450), new(Light.Off, 250), new(Light.Amber, 750)],
            [new(LowHertz, 150), new(0, 60), new(HighHertz, 200)]),
        DoorSignal.NotNow => new(
            [new(Light.Red, 450), new(Light.Off, 250), new(Light.Red, 450), new(Light.Off, 250), new(Light.Red, 1_100)],
            [new(LowHertz, 120), new(0, 80), new(LowHertz, 120), new(0, 80), new(LowHertz, 120)]),
        DoorSignal.NotThisDoor => new([.. Enumerable.Range(0, 20).Select(i => new LightStep(i % 2 == 0 ? Light.Red : Light.Off, 125))], []),
        DoorSignal.Identify => new([.. Enumerable.Range(0, 20).Select(i => new LightStep(i % 2 == 0 ? Light.White : Light.Off, 250))], [new(HighHertz, 80)]),
    };

    private static Pattern Silent() => new([], []);
}
