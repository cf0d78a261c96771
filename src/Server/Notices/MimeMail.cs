using MimeKit;
using QRCoder;

namespace Latchkey.Server.Notices;

/// <summary>A mail as bytes: text and HTML side by side, the QR picture inside, nothing fetched from elsewhere.</summary>
static class MimeMail
{
    const string QrId = "qr";
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
        if (mail.QrText is { } text)
        {
            var picture = body.LinkedResources.Add("qr.png", QrPicture(text), new ContentType("image", "png"));
            picture.ContentId = QrId;
            picture.ContentDisposition = new(ContentDisposition.Inline) { FileName = "qr.png" };
        }
        message.Body = body.ToMessageBody();
        return message;
    }

    public static byte[] QrPicture(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(data);
        return picture.GetGraphic(QrPixelsPerModule);
    }
}
