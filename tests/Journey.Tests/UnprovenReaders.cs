using Latchkey.Journey.Tests.Setting;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>
/// A device at the door that cannot prove to be the reader: the wallet says so, and nothing that names the phone leaves it. The
/// impostor stands in the air between the phone and the real reader and changes the reader's greeting (spec/pkoc-ble.md, M1).
/// </summary>
[Collection(nameof(House))]
public sealed class UnprovenReaders(House house) : Setting.Journey(house)
{
    const byte Certificate = 0x10, Latchkey = 0x80, Sealed = 0x40, ReaderSignature = 0x03, SignatureAt = 74;

    [Fact]
    public async Task Learn_nothing()
    {
        await using var bluetooth = await EmulatedBluetooth.Start(this, House, House.ServerRoom);
        var phone = await (await Phone.On(bluetooth.Page)).WithKey(this, House, "Olga Dvořáková");
        foreach (var (impostor, spoil) in new (string, Func<byte[], byte[]>)[]
        {
            ("without a certificate", value => Tlv.Without(value, Certificate)),
            ("with a certificate that the site did not sign", value => Tlv.Flipped(value, Certificate, SignatureAt)),
            ("stripped of Latchkey's tag", value => Tlv.Without(value, Latchkey)),
            ("that cannot sign with the certified key", value => Tlv.Flipped(value, ReaderSignature, 0)),
        })
        {
            bluetooth.FromReader = spoil;
            bluetooth.Written.Clear();
            await phone.OpenOver("Server room", "Bluetooth");
            Assert.True((await phone.Said())[^1] == "refused: This is not Server room", $"{impostor}: {string.Join(", ", await phone.Said())}");
            Assert.DoesNotContain(bluetooth.Written, written => written[0] is Sealed or Latchkey);
            await phone.GoHome();
        }

        // The same reader without anybody between: the phone holds nothing against it.
        bluetooth.FromReader = value => value;
        await phone.OpenOver("Server room", "Bluetooth");
        await Expect(phone.Headline).ToHaveTextAsync("Open");
    }
}
