using static Latchkey.Server.Notices.InvitationMail;

namespace Latchkey.Server.Notices;

/// <summary>The look of an invitation. Tables and inline styles, since that is what mail programs understand; every text is encoded.</summary>
static class InvitationHtml
{
    const string Font = "font-family:-apple-system,'Segoe UI',Inter,Roboto,Helvetica,Arial,sans-serif;";
    const string Mono = "font-family:ui-monospace,Menlo,Consolas,'Noto Sans Mono',monospace;";

    public static string Write(
        string language, string subject, string customer, string title, string hello, string button, string link, string computer,
        string typed, string firstLine, string secondLine, string ends, string help, string picture, string sentBy) => $"""
        <!doctype html>
        <html lang="{Encode(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{Encode(subject)}</title></head>
        <body style="margin:0;background:#F5F6F9">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#F5F6F9"><tr><td align="center" style="padding:36px 16px">
        <table role="presentation" width="560" cellpadding="0" cellspacing="0" style="max-width:560px;width:100%;background:#FFFFFF;border:1px solid #E1E5EC;border-radius:16px">
        <tr><td style="padding:28px 36px 0"><table role="presentation" cellpadding="0" cellspacing="0"><tr>
        <td width="36" height="36" align="center" style="{Font}width:36px;height:36px;background:#3550D6;border-radius:8px;color:#FFFFFF;font-size:20px;font-weight:700" aria-hidden="true">L</td>
        <td style="{Font}font-size:16px;font-weight:600;color:#141821;padding-left:12px">{Encode(customer)}</td></tr></table></td></tr>
        <tr><td style="padding:26px 36px 0"><h1 style="{Font}margin:0;font-size:26px;line-height:34px;font-weight:650;letter-spacing:-.015em;color:#141821">{Encode(title)}</h1></td></tr>
        <tr><td style="{Font}padding:10px 36px 0;font-size:16px;line-height:25px;color:#454D5E">{Encode(hello)}</td></tr>
        <tr><td style="padding:24px 36px 0"><a href="{Encode(link)}" style="{Font}display:block;background:#3550D6;color:#FFFFFF;text-align:center;font-size:17px;line-height:24px;font-weight:600;border-radius:12px;padding:15px 20px;text-decoration:none">{Encode(button)}</a></td></tr>
        <tr><td style="padding:28px 36px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#F5F6F9;border-radius:12px"><tr>
        <td width="148" style="padding:18px 0 18px 18px;line-height:0"><img src="cid:qr" width="148" height="148" alt="{Encode(picture)}" style="display:block;border-radius:8px"></td>
        <td style="{Font}padding:18px 20px;font-size:14px;line-height:21px;color:#454D5E;vertical-align:middle"><b style="color:#141821;font-weight:600">{Encode(computer)}</b><br>{Encode(typed)}<br>
        <span style="{Mono}font-size:16px;line-height:26px;color:#141821">{Encode(firstLine)}<br>{Encode(secondLine)}</span></td></tr></table></td></tr>
        <tr><td style="{Font}padding:22px 36px 0;font-size:14px;line-height:21px;color:#5C6578">{Encode(ends)}</td></tr>
        <tr><td style="padding:24px 36px 0"><div style="border-top:1px solid #E1E5EC;font-size:0;line-height:0">&nbsp;</div></td></tr>
        <tr><td style="{Font}padding:18px 36px 30px;font-size:14px;line-height:21px;color:#5C6578">{Encode(help)}</td></tr></table>
        <p style="{Font}font-size:13px;line-height:20px;color:#5C6578;margin:18px 0 0">{Encode(sentBy)}</p></td></tr></table>
        </body></html>
        """;
}
