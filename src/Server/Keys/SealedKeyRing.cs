using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace Latchkey.Server.Keys;

/// <summary>The key ring behind cookies lies in the store, sealed: whoever copies the database can't forge a session.</summary>
sealed class SealedKeyRing(SecretBox box) : IConfigureOptions<KeyManagementOptions>
{
    internal const string Purpose = "key-ring";

    public void Configure(KeyManagementOptions options) => options.XmlEncryptor = new RingSealer(box);

    sealed class RingSealer(SecretBox box) : IXmlEncryptor
    {
        public EncryptedXmlInfo Encrypt(XElement plaintextElement)
        {
            var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
            var sealedText = Convert.ToBase64String(box.Seal(Purpose, Guid.Empty, plain));
            return new(new XElement("sealed", sealedText), typeof(RingOpener));
        }
    }
}

/// <summary>Made by the framework from the name that the ring carries.</summary>
sealed class RingOpener(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var box = services.GetRequiredService<SecretBox>();
        return XElement.Parse(Encoding.UTF8.GetString(
            box.Open(SealedKeyRing.Purpose, Guid.Empty, Convert.FromBase64String(encryptedElement.Value))));
    }
}
