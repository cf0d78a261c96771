using System.Net;
using System.Net.WebSockets;
using System.Text;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Reader.Door;
using Latchkey.Reader.Tests.Setting;
using Latchkey.Reader.Transports;

namespace Latchkey.Reader.Tests;

/// <summary>The virtual radio and the local page, over the real web server.</summary>
public class OnTheAir
{
    [Theory]
    [InlineData(null)]
    [InlineData(23)]
    [InlineData(185)]
    public async Task A_phone_opens_over_the_virtual_radio(int? mtu)
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), radio: true);
        using var phone = door.Site.NewPhone().Renew(door.Now);
        using var air = await AirPhone.Connect(host.Address, mtu);

        Assert.Equal((mtu ?? 517, "MAIN-1"), (air.Mtu, air.LocalName));
        for (var i = 0; i < 2; i++)
            Assert.Equal(Reason.Granted, Assert.IsType<PhoneStep.Verdict>(await air.Present(phone, door.Now)).Result.Reason);
        Assert.Equal(Bolt.Drawn, door.Core.Door.Picture.Bolt);
    }

    /// <summary>Who reaches the radio counts as standing at the door, so it is not there unless asked for.</summary>
    [Fact]
    public async Task Without_its_switch_there_is_no_radio_and_the_server_is_told_of_none()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0));
        var none = await Assert.ThrowsAsync<WebSocketException>(() => AirPhone.Connect(host.Address));
        Assert.Contains("404", none.Message, StringComparison.Ordinal);
        Assert.Null(door.Core.RadioAddress);
    }

    [Fact]
    public async Task What_no_phone_says_closes_and_hurts_nobody()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), radio: true);
        byte[][] rubbish = [[], [0x05], [0x99, 1], [0x02, 1], [0x04, 0], new byte[600], [.. Enumerable.Repeat((byte)0x03, 700)]];
        foreach (var message in rubbish)
        {
            using var air = await AirPhone.Connect(host.Address);
            await air.Say(message);
            Assert.Null(await air.Hear());
        }

        using (var text = await AirPhone.Connect(host.Address))
        {
            await text.Say(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text);
            Assert.Null(await text.Hear());
        }

        using var phone = door.Site.NewPhone().Renew(door.Now);
        using var good = await AirPhone.Connect(host.Address);
        Assert.IsType<PhoneStep.Verdict>(await good.Present(phone, door.Now));
    }

    [Fact]
    public async Task An_empty_write_is_answered_with_the_ATT_error()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), radio: true);
        using var air = await AirPhone.Connect(host.Address);
        await air.Say([(byte)RadioOperation.Write]);
        Assert.Equal(RadioFrame.InvalidLength, (await air.Hear())!.Value[0]);
        await air.Say([(byte)RadioOperation.Write, .. new byte[PhoneConnection.ValueBytesMax + 1]]);
        Assert.Equal(RadioFrame.InvalidLength, (await air.Hear())!.Value[0]);
    }

    [Fact]
    public async Task After_unsubscribing_nothing_is_notified_and_a_read_is_empty()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), radio: true);
        using var air = await AirPhone.Connect(host.Address);
        await air.Ask(RadioFrame.Subscribe, RadioOperation.Subscribed);
        Assert.Equal(RadioOperation.Notification, (await air.Hear())!.Operation);
        await air.Ask(RadioFrame.Unsubscribe, RadioOperation.Unsubscribed);
        await air.Ask(RadioFrame.Write([1, 2, 3]), RadioOperation.Written);
        Assert.Empty((await air.Ask(RadioFrame.Read, RadioOperation.ReadAnswer))!.Value);
    }

    [Theory]
    [InlineData("22")]
    [InlineData("518")]
    [InlineData("many")]
    [InlineData("-1")]
    public async Task An_MTU_outside_its_range_is_refused_in_words(string mtu)
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), radio: true);
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"radio?mtu={mtu}");
        foreach (var (name, value) in new[]
        {
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Protocol", RadioFrame.Subprotocol),
        })
            request.Headers.Add(name, value);
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("23 to 517", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_seventeenth_phone_opens_though_sixteen_sit_there()
    {
        await using var door = Setting.Door.Open();
        await using var host = await ReaderHost.Start(door.Core, new(IPAddress.Loopback, 0), radio: true);
        var sitting = new List<AirPhone>();
        for (var i = 0; i < Phones.ConnectionsMax; i++)
            sitting.Add(await AirPhone.Connect(host.Address));
        using (var phone = door.Site.NewPhone().Renew(door.Now))
        using (var air = await AirPhone.Connect(host.Address))
            Assert.Equal(Reason.Granted, Assert.IsType<PhoneStep.Verdict>(await air.Present(phone, door.Now)).Result.Reason);
        sitting.ForEach(phone => phone.Dispose());
    }

    [Theory]
    [InlineData("127.0.0.1", null, "127.0.0.1", true)]
    [InlineData("127.0.0.1", "door.local", "door.local", true)]
    [InlineData("0.0.0.0", "door.local", "door.local", true)]
    [InlineData("0.0.0.0", null, "localhost", false)]
    [InlineData("::", null, "localhost", false)]
    public async Task Wallets_are_told_an_address_that_leads_here_or_none(string listen, string? name, string host, bool told)
    {
        await using var door = Setting.Door.Open();
        var said = new List<string>();
        await using var served = await ReaderHost.Start(door.Core, new(IPAddress.Parse(listen), 0), name, radio: true, said.Add);
        Assert.Equal(host, served.Address.Host);
        Assert.Equal(told ? $"ws://{host}:{served.Address.Port}/radio" : null, door.Core.RadioAddress);
        Assert.Equal(told ? 0 : 1, said.Count(words => words.Contains("--host", StringComparison.Ordinal)));
    }
}
