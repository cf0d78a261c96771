using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Latchkey.Server.Hosting;

/// <summary>
/// What the server counts of itself, as Prometheus reads it. It says how busy a building is, so it is for whoever holds the token alone; without a token set there is
/// no such address.
/// </summary>
public sealed class Metrics : IDisposable
{
    public const string Path = "/metrics";

    /// <summary>A token that could be guessed would be none.</summary>
    public const int TokenCharsMin = 16;

    /// <summary>Instruments whose tags grow without end would fill the memory.</summary>
    const int SeriesMax = 5_000;

    const string OwnMeter = "Latchkey";

    // Of the platform those that say how the server is, no more.
    static readonly string[] Meters = [OwnMeter, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql"];

    readonly Meter own = new(OwnMeter);
    readonly MeterListener listener = new();
    readonly ConcurrentDictionary<(string Name, string Tags), Series> all = new();
    readonly byte[]? token;

    /// <exception cref="SettingsFault">The token is too short.</exception>
    public Metrics(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Acts = own.CreateCounter<long>("latchkey.acts", null, "Acts of administrators and tokens, by name and outcome");
        if (configuration["Latchkey:MetricsToken"] is not { Length: > 0 } given)
            return;
        if (given.Length < TokenCharsMin)
            throw new SettingsFault("Latchkey:MetricsToken", $"must have {TokenCharsMin} characters or more");
        token = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        listener.InstrumentPublished = (instrument, mine) =>
        {
            if (ReferenceEquals(instrument.Meter, own) || (instrument.Meter.Name != OwnMeter && Meters.Contains(instrument.Meter.Name)))
                mine.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
    }

    /// <summary>Each act with its outcome: done, or the refusal's name.</summary>
    internal Counter<long> Acts { get; }

    /// <summary>A number that is asked for when somebody looks.</summary>
    internal void Gauge(string name, Func<long> value, string description) => own.CreateObservableGauge(name, value, null, description);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, Answer).AllowAnonymous().ExcludeFromDescription();

    static Results<ContentHttpResult, NotFound> Answer(HttpContext http, Metrics metrics) =>
        metrics.token is { } token
        && http.Request.Headers.Authorization.ToString() is var said && said.StartsWith("Bearer ", StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(said["Bearer ".Length..])), token)
            ? TypedResults.Text(metrics.Write(), "text/plain; version=0.0.4; charset=utf-8")
            : TypedResults.NotFound();

    void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var written = new StringBuilder();
        foreach (var (name, said) in tags)
            written.Append(CultureInfo.InvariantCulture, $"{(written.Length == 0 ? "" : ",")}{Word(name)}=\"{Escape(Convert.ToString(said, CultureInfo.InvariantCulture) ?? "")}\"");
        var key = (instrument.Name, written.ToString());
        if (all.Count >= SeriesMax && !all.ContainsKey(key))
            return;
        all.GetOrAdd(key, _ => new(instrument)).Add(value);
    }

    string Write()
    {
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var group in all.GroupBy(s => s.Key.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var instrument = group.First().Value.Instrument;
            var (name, kind) = (Word(group.Key), Series.KindOf(instrument));
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {(instrument.Description ?? "").ReplaceLineEndings(" ")}\n# TYPE {name} {kind}\n");
            foreach (var (key, series) in group.OrderBy(s => s.Key.Tags, StringComparer.Ordinal))
                series.Write(text, name, key.Tags);
        }
        return text.ToString();
    }

    static string Word(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    public void Dispose()
    {
        listener.Dispose();
        own.Dispose();
    }

    /// <summary>One instrument with one set of tags.</summary>
    sealed class Series(Instrument instrument)
    {
        readonly Lock gate = new();
        double value;
        long count;

        public Instrument Instrument => instrument;

        public static string KindOf(Instrument instrument) => instrument.GetType().Name switch
        {
            var name when name.StartsWith("Histogram", StringComparison.Ordinal) => "summary",
            var name when name.StartsWith("Counter", StringComparison.Ordinal) || name.StartsWith("ObservableCounter", StringComparison.Ordinal) => "counter",
            _ => "gauge",
        };

        public void Add(double measured)
        {
            lock (gate)
            {
                count++;
                // An observed instrument says where it stands; the others what has come since.
                value = instrument.IsObservable ? measured : value + measured;
            }
        }

        public void Write(StringBuilder text, string name, string tags)
        {
            var braced = tags.Length == 0 ? "" : $"{{{tags}}}";
            lock (gate)
            {
                if (KindOf(instrument) == "summary")
                    text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braced} {value}\n{name}_count{braced} {count}\n");
                else
                    text.Append(CultureInfo.InvariantCulture, $"{name}{braced} {value}\n");
            }
        }
    }
}
