using System.Buffers;
using System.Text.Json;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Reader.Door;
using Latchkey.Reader.Link;
using Latchkey.Reader.Store;

namespace Latchkey.Reader.Page;

/// <summary>All that the page shows, as one JSON object on one line. Names of people are not among it: the reader does not know any.</summary>
public static class PageState
{
    /// <param name="acts">Whether the one who looks may cut and push.</param>
    public static byte[] Write(ReaderCore core, bool acts)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, core, acts);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ReaderCore core, bool acts)
    {
        var door = core.Door.Picture;
        var recent = core.Log.Recent;
        json.WriteStartObject();
        json.WriteString("name", core.Name);
        json.WriteBoolean("acts", acts);
        json.WriteBoolean("radio", core.HasRadio);
        json.WriteBoolean("demo", core.Rules.Identity.IsDemo);
        json.WriteBoolean("inService", core.Rules.Bundle?.Settings.InService ?? true);
        Write(json, core.Link.Standing);
        Write(json, door);
        Write(json, Pattern.Of(door.Signal));
        if (recent.FirstOrDefault(entry => entry.Kind == EventKind.Decision) is { } last)
            Write(json, "last", last);
        json.WriteStartArray("events");
        foreach (var entry in recent)
            Write(json, null, entry);
        json.WriteEndArray();
        WriteRules(json, core.Rules);
        json.WriteNumber("waiting", core.Log.Waiting);
        json.WriteStartObject("clock");
        json.WriteBoolean("trusted", core.Clock.Trusted);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LinkStanding link)
    {
        json.WriteStartObject("link");
        json.WriteString("state", NameOf(link.Phase));
        if (link.Words is not null)
            json.WriteString("words", link.Words);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DoorPicture door)
    {
        json.WriteStartObject("door");
        json.WriteString("bolt", door.Bolt == Bolt.Drawn ? "drawn" : "shut");
        json.WriteString("leaf", door.Leaf == Leaf.Open ? "open" : "closed");
        json.WriteString("signal", NameOf(door.Signal));
        json.WriteString("light", NameOf(door.Light));
        json.WriteNumber("turn", door.Turn);
        json.WriteNumber("left", door.SecondsLeft);
        json.WriteBoolean("held", door.HeldOpen);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Pattern pattern)
    {
        json.WriteStartObject("pattern");
        json.WriteStartArray("lights");
        foreach (var step in pattern.Lights)
        {
            json.WriteStartArray();
            json.WriteStringValue(NameOf(step.Light));
            json.WriteNumberValue(step.Ms);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("tones");
        foreach (var tone in pattern.Tones)
        {
            json.WriteStartArray();
            json.WriteNumberValue(tone.Hertz);
            json.WriteNumberValue(tone.Ms);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string? name, LoggedEvent entry)
    {
        if (name is null)
            json.WriteStartObject();
        else
            json.WriteStartObject(name);
        var payload = entry.Payload;
        json.WriteNumber("seq", entry.Seq);
        json.WriteNumber("at", entry.TimeMs);
        json.WriteString("kind", NameOf(entry.Kind));
        if (payload.Reason is { } reason)
        {
            json.WriteString("reason", reason.ToldAtDoor().Name());
            json.WriteBoolean("granted", reason.IsGrant());
        }

        // Whose key a refused stranger claims to hold is not for those who stand at the door.
        if (payload.UserId is { } user && payload.Authenticity == Protocol.Credentials.Authenticity.Genuine)
            json.WriteNumber("user", user);
        if (payload.Credential is { } credential)
            json.WriteNumber("credential", (int)credential);
        if (payload.Way is { } way)
            json.WriteNumber("way", (int)way);
        if (payload.DurationMs is { } ms)
            json.WriteNumber("ms", ms);
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, Rules rules)
    {
        if (rules.Bundle is null)
            return;
        json.WriteStartObject("bundle");
        json.WriteNumber("epoch", rules.State.Epoch);
        json.WriteNumber("seq", rules.State.Seq);
        json.WriteBoolean("expired", rules.Expired);
        json.WriteEndObject();
    }

    public static string NameOf(LinkPhase phase) => phase switch
    {
        LinkPhase.Connecting => "connecting",
        LinkPhase.Connected => "connected",
        LinkPhase.Offline => "offline",
        LinkPhase.Refused => "refused",
        LinkPhase.Cut => "cut",
    };

    public static string NameOf(DoorSignal signal) => signal switch
    {
        DoorSignal.Ready => "ready",
        DoorSignal.Deciding => "deciding",
        DoorSignal.Granted => "granted",
        DoorSignal.AskSomebody => "ask",
        DoorSignal.UsePhone => "phone",
        DoorSignal.NotNow => "notnow",
        DoorSignal.NotThisDoor => "door",
        DoorSignal.Identify => "identify",
    };

    public static string NameOf(Light light) => light switch
    {
        Light.Ready => "ready",
        Light.Amber => "amber",
        Light.Green => "green",
        Light.Red => "red",
        Light.White => "white",
        Light.Off => "off",
    };

    public static string NameOf(EventKind kind) => kind switch
    {
        EventKind.Decision => "decision",
        EventKind.Opened => "opened",
        EventKind.NotOpened => "not_opened",
        EventKind.Held => "held",
        EventKind.HeldEnd => "held_end",
        EventKind.Forced => "forced",
        EventKind.UnlockFailed => "unlock_failed",
        EventKind.Started => "started",
        EventKind.StatementApplied => "statement_applied",
        EventKind.StatementRefused => "statement_refused",
        EventKind.Clock => "clock",
        EventKind.Tamper => "tamper",
        EventKind.BundleExpired => "bundle_expired",
    };
}
