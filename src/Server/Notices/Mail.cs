namespace Latchkey.Server.Notices;

/// <summary>One mail as it will be read.</summary>
/// <param name="FromName">The customer: mails come in its name, from the server's address.</param>
/// <param name="ReplyTo">The customer's own address, where it gave one.</param>
/// <param name="Text">Complete by itself.</param>
/// <param name="Html">The same; its pictures are <c>cid:mark</c> and <c>cid:qr</c>.</param>
/// <param name="QrText">What the attached QR picture holds.</param>
public sealed record Mail(
    string FromName, string? ReplyTo, string To, string ToName, string Language, string Subject, string Text, string Html, string? QrText)
{
    // A record prints its members; a mail carries a code.
    public override string ToString() => $"mail in {Language} ({Text.Length} characters)";
}
