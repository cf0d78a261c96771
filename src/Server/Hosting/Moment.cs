using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Server.Hosting;

/// <summary>
/// A moment as the API takes it, in a body or an address: ISO 8601 with its offset from UTC. One without an offset would mean the wall clock of the machine that
/// the server happens to run on, and a key would end at another hour than its maker meant.
/// </summary>
public readonly record struct Moment(DateTimeOffset At)
{
    internal const string Words =
        "Write a moment with its offset: 2027-01-01T00:00:00Z, or 2027-01-01T00:00:00+01:00 (in an address the plus sign is %2B).";

    public static bool TryParse(string? text, IFormatProvider? provider, out Moment moment)
    {
        // The same reading as in a body.
        var json = new Utf8JsonReader(JsonSerializer.SerializeToUtf8Bytes(text));
        var read = json.Read() & TryRead(ref json, out var at);
        moment = new(at);
        return read;
    }

    static bool TryRead(ref Utf8JsonReader json, out DateTimeOffset at)
    {
        at = default;
        return json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out at)
            && json.GetString() is { Length: > DateOnlyChars } and ([.., 'Z'] or [.., '+' or '-', _, _, ':', _, _]);
    }

    const int DateOnlyChars = 10;

    internal sealed class Converter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryRead(ref reader, out var at) ? at : throw new Fault();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    /// <summary>What stands there is no moment.</summary>
    internal sealed class Fault() : JsonException(Words);
}
