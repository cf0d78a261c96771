using MimeKit;
using QRCoder;

namespace Latchkey.Server.Notices;

/// <summary>A mail as bytes: text and HTML side by side, the QR picture inside, nothing fetched from elsewhere.</summary>
static class MimeMail
{
    const string QrId = "qr";
    const string MarkId = "mark";
    const int QrPixelsPerModule = 6;

    public static MimeMessage Build(Guid id, Mail mail, string from, Uri origin)
    {
        var message = new MimeMessage
        {
            Subject = mail.Subject,
            // The same mail sent twice after a crash is one mail to a mail program.
            MessageId = $"{id:N}@{origin.Host}",
        };
        message.From.Add(new MailboxAddress(mail.FromName, from));
        message.To.Add(new MailboxAddress(mail.ToName, mail.To));
        if (mail.ReplyTo is { } replyTo)
            message.ReplyTo.Add(new MailboxAddress(mail.FromName, replyTo));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add(HeaderId.ContentLanguage, mail.Language);
        var body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html };
        foreach (var (name, png) in Pictures(mail))
        {
            var picture = body.LinkedResources.Add($"{name}.png", png, new ContentType("image", "png"));
            picture.ContentId = name;
            picture.ContentDisposition = new(ContentDisposition.Inline) { FileName = $"{name}.png" };
        }
        message.Body = body.ToMessageBody();
        return message;
    }

    /// <summary>The mail with its pictures written into it, for a frame in a page.</summary>
    public static string Framed(Mail mail) =>
        Pictures(mail).Aggregate(mail.Html, (html, picture) =>
            html.Replace($"cid:{picture.Id}", $"data:image/png;base64,{Convert.ToBase64String(picture.Png)}", StringComparison.Ordinal));

    static IEnumerable<(string Id, byte[] Png)> Pictures(Mail mail)
    {
        yield return (MarkId, Mark.Value);
        if (mail.QrText is { } text)
            yield return (QrId, QrPicture(text));
    }

    static readonly Lazy<byte[]> Mark = new(() =>
    {
        using var resource = typeof(MimeMail).Assembly.GetManifestResourceStream("mark.png")!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    });

    static byte[] QrPicture(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(data);
        return picture.GetGraphic(QrPixelsPerModule);
    }
}
