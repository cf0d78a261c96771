using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>
/// Chromium's emulated Bluetooth adapter with one reader in reach, bridged to the radio of a real reader process: the page
/// speaks Web Bluetooth, the reader sees the same values as from any phone.
/// </summary>
sealed class EmulatedBluetooth : IAsyncDisposable
{
    const string Service = "0000fff0-0000-1000-8000-00805f9b34fb";
    const string ReaderToPhone = "e5b1b3b5-3cca-3f76-cd86-a884cc239692";
    const string PhoneToReader = "fe278a85-89ae-191f-5dde-841202693835";

    /// <summary>
    /// Chromium's emulation has no way to push a notification. The page is made to read the characteristic instead, natively:
    /// Chromium then fires its own value-changed event with the bytes that the bridge answers. The wallet's code is unchanged.
    /// </summary>
    const string NotifyByReading = """
        (() => { const subscribed = new Map(), P = globalThis.BluetoothRemoteGATTCharacteristic?.prototype; if (!P) return;
          const start = P.startNotifications, stop = P.stopNotifications;
          P.startNotifications = async function () { const r = await start.call(this); subscribed.set(this.uuid, this); return r; };
          P.stopNotifications = async function () { subscribed.delete(this.uuid); return await stop.call(this); };
          globalThis.__notify = async uuid => { const c = subscribed.get(uuid); if (!c) return false; await c.readValue(); return true; };
        })();
        """;

    const string Address = "09:09:09:09:09:09";
    readonly IBrowser _program;
    readonly ICDPSession _browser;
    readonly ICDPSession _page;
    readonly IPage _wallet;
    readonly Uri _reader;
    readonly ConcurrentQueue<byte[]> _notifications = new();
    readonly ConcurrentDictionary<string, bool> _prompts = new();
    readonly ConcurrentQueue<Exception> _faults = new();
    string _fromReader = "";
    string _fromPhone = "";
    Radio? _radio;

    EmulatedBluetooth(IBrowser program, ICDPSession browser, ICDPSession page, IPage wallet, Uri reader) =>
        (_program, _browser, _page, _wallet, _reader) = (program, browser, page, wallet, reader);

    /// <summary>The page whose phone has this Bluetooth.</summary>
    public IPage Page => _wallet;

    /// <summary>Writes as the page made them, for tests that look at what left the phone.</summary>
    public ConcurrentQueue<byte[]> Written { get; } = new();

    /// <summary>Somebody between the reader and the phone, who changes what the reader says.</summary>
    public Func<byte[], byte[]> FromReader { get; set; } = value => value;

    /// <summary>How often the browser's list was shown: the phone held no handle of the reader.</summary>
    public int ListsShown => _prompts.Count;

    /// <summary>
    /// A browser of its own, with the adapter switched on before its first page: a browser keeps the adapter that it found first.
    /// </summary>
    public static async Task<EmulatedBluetooth> Start(Journey journey, House house, Uri reader)
    {
        var browser = await house.StartBrowser();
        var session = await browser.NewBrowserCDPSessionAsync();
        await session.SendAsync("BluetoothEmulation.enable", new() { ["state"] = "powered-on", ["leSupported"] = true });
        var page = await journey.Visitor(Phone.Sized(new()), browser);
        var bluetooth = new EmulatedBluetooth(browser, session, await page.Context.NewCDPSessionAsync(page), page, reader);
        await bluetooth.Advertise();
        return bluetooth;
    }

    async Task Advertise()
    {
        string name;
        await using (var radio = await Radio.Connect(_reader))
            name = radio.LocalName;
        await Browser("simulatePreconnectedPeripheral", new()
        {
            ["address"] = Address,
            ["name"] = name,
            ["manufacturerData"] = Array.Empty<object>(),
            ["knownServiceUuids"] = new[] { Service },
        });
        On(_browser, "BluetoothEmulation.gattOperationReceived", Gatt);
        On(_browser, "BluetoothEmulation.characteristicOperationReceived", Characteristic);
        On(_page, "DeviceAccess.deviceRequestPrompted", Choose);
        await _page.SendAsync("DeviceAccess.enable");
        await _wallet.AddInitScriptAsync(NotifyByReading);
    }

    // What goes wrong in here must fail the test, not end its process.
    void On(ICDPSession session, string name, Func<JsonElement, Task> act) => session.Event(name).OnEvent += async (_, e) =>
    {
        try
        {
            await act(e!.Value);
        }
        catch (Exception fault) when (fault is PlaywrightException or System.Net.WebSockets.WebSocketException or TimeoutException)
        {
            _faults.Enqueue(fault);
        }
    };

    async Task Choose(JsonElement prompt)
    {
        var id = prompt.GetProperty("id").GetString()!;
        // A prompt is announced more than once; it takes one answer.
        if (prompt.GetProperty("devices").EnumerateArray().Any(d => d.GetProperty("id").GetString() == Address) && _prompts.TryAdd(id, true))
            await _page.SendAsync("DeviceAccess.selectPrompt", new() { ["id"] = id, ["deviceId"] = Address });
    }

    async Task Gatt(JsonElement operation)
    {
        if (operation.GetProperty("address").GetString() != Address)
            return;
        var type = operation.GetProperty("type").GetString()!;
        if (type == "connection")
        {
            // The table must stand before discovery is answered.
            var service = await Id("addService", "serviceId", new() { ["address"] = Address, ["serviceUuid"] = Service });
            _fromPhone = await Id("addCharacteristic", "characteristicId", new()
            {
                ["serviceId"] = service,
                ["characteristicUuid"] = PhoneToReader,
                ["properties"] = new { write = true, writeWithoutResponse = true },
            });
            _fromReader = await Id("addCharacteristic", "characteristicId", new()
            {
                ["serviceId"] = service,
                ["characteristicUuid"] = ReaderToPhone,
                ["properties"] = new { notify = true, read = true },
            });
            await Browser("addDescriptor", new() { ["characteristicId"] = _fromReader, ["descriptorUuid"] = "00002902-0000-1000-8000-00805f9b34fb" });
            if (_radio is not null)
                await _radio.DisposeAsync();
            _notifications.Clear();
            _radio = await Radio.Connect(_reader);
            _radio.Notified += Notify;
        }
        await Browser("simulateGATTOperationResponse", new() { ["address"] = Address, ["type"] = type, ["code"] = 0 });
    }

    async Task Characteristic(JsonElement operation)
    {
        if (operation.GetProperty("characteristicId").GetString() is not { } id || (id != _fromReader && id != _fromPhone))
            return;
        var type = operation.GetProperty("type").GetString()!;
        var answer = new Dictionary<string, object>
        {
            ["characteristicId"] = id,
            ["type"] = type,
            ["code"] = 0,
        };
        var written = type == "write" ? operation.GetProperty("data").GetBytesFromBase64() : [];
        if (type == "read")
            answer["data"] = Convert.ToBase64String(_notifications.TryDequeue(out var value) ? value : FromReader(await _radio!.ReadValue()));
        await Browser("simulateCharacteristicOperationResponse", answer);
        switch (type)
        {
            case "subscribe-to-notifications":
                await _radio!.Subscribe();
                break;
            case "unsubscribe-from-notifications":
                await Unsubscribe();
                break;
            case "write":
                Written.Enqueue(written);
                await _radio!.Write(written);
                break;
        }
    }

    async Task Unsubscribe()
    {
        try
        {
            await _radio!.Unsubscribe();
        }
        catch (System.Net.WebSockets.WebSocketException)
        {
            // A reader that hung up before has forgotten the subscription with the connection.
        }
    }

    async Task Notify(byte[] value)
    {
        _notifications.Enqueue(FromReader(value));
        await _wallet.EvaluateAsync<bool>("uuid => globalThis.__notify(uuid)", ReaderToPhone);
    }

    async Task<string> Id(string method, string name, Dictionary<string, object> arguments) =>
        (await Browser(method, arguments))!.Value.GetProperty(name).GetString()!;

    Task<JsonElement?> Browser(string method, Dictionary<string, object> arguments) =>
        _browser.SendAsync($"BluetoothEmulation.{method}", arguments);

    public async ValueTask DisposeAsync()
    {
        if (_radio is not null)
            await _radio.DisposeAsync();
        await _program.CloseAsync();
        Assert.Empty(_faults);
    }
}
