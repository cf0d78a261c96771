using System.Net;

namespace Latchkey.Server.Notices;

/// <summary>
/// The look that every mail shares. Tables and inline styles, since that is what mail programs understand; every text is encoded.
/// Programs that know the dark read the classes; those that don't show the light. Nothing is fetched from elsewhere.
/// </summary>
static class MailHtml
{
    const string Font = "font-family:-apple-system,'Segoe UI',Inter,Roboto,Helvetica,Arial,sans-serif;";
    const string Mono = "font-family:ui-monospace,Menlo,Consolas,'Noto Sans Mono',monospace;";

    const string Style = """
        :root{color-scheme:light dark}
        @media (max-width:460px){.edge{padding-left:22px!important;padding-right:22px!important}.stack{display:block!important;width:auto!important;padding:18px 18px 0!important}.stack+.stack{padding:14px 18px 18px!important}}
        @media (prefers-color-scheme:dark){.bg{background:#0E1117!important}.card{background:#161A22!important;border-color:#2A303C!important}.box{background:#1D222C!important}.line{border-color:#2A303C!important}.ink{color:#EDF0F6!important}.soft{color:#B9C1D0!important}.mute{color:#949DB0!important}.act{background:#A6B5FF!important;color:#0D1440!important}}
        """;

    /// <summary>The customer's name on top, the rows on a card, who sent it below.</summary>
    /// <param name="rows">Of this class: <see cref="Title"/>, <see cref="Paragraph"/>, <see cref="Button"/> and the others.</param>
    public static string Write(string language, string subject, string customer, string sentBy, params IEnumerable<string> rows) => $"""
        <!doctype html>
        <html lang="{Encode(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>{Encode(subject)}</title>
        <style>
        {Style}
        </style></head>
        <body class="bg" style="margin:0;background:#F5F6F9">
        <table role="presentation" class="bg" width="100%" cellpadding="0" cellspacing="0" style="background:#F5F6F9"><tr><td align="center" style="padding:36px 16px">
        <table role="presentation" class="card" width="560" cellpadding="0" cellspacing="0" style="max-width:560px;width:100%;background:#FFFFFF;border:1px solid #E1E5EC;border-radius:16px;text-align:left">
        <tr><td class="edge" style="padding:28px 36px 0"><table role="presentation" cellpadding="0" cellspacing="0"><tr>
        <td width="36" style="line-height:0"><img src="cid:mark" width="36" height="36" alt="" style="display:block;border-radius:8px;background:#3550D6"></td>
        <td class="ink" style="{Font}font-size:16px;font-weight:600;color:#141821;padding-left:12px">{Encode(customer)}</td></tr></table></td></tr>
        {string.Join('\n', rows)}
        <tr><td style="font-size:0;line-height:0;height:30px">&nbsp;</td></tr></table>
        <p class="mute" style="{Font}font-size:13px;line-height:20px;color:#5C6578;margin:18px 0 0">{Encode(sentBy)}</p></td></tr></table>
        </body></html>
        """;

    public static string Title(string text) => $"""
        <tr><td class="edge" style="padding:26px 36px 0"><h1 class="ink" style="{Font}margin:0;font-size:26px;line-height:34px;font-weight:650;letter-spacing:-.015em;color:#141821">{Encode(text)}</h1></td></tr>
        """;

    public static string Paragraph(string text) => $"""
        <tr><td class="edge soft" style="{Font}padding:10px 36px 0;font-size:16px;line-height:25px;color:#454D5E">{Encode(text)}</td></tr>
        """;

    /// <param name="strong">Stands out, where the text holds it.</param>
    public static string Small(string text, string? strong = null)
    {
        var at = strong is null ? -1 : text.IndexOf(strong, StringComparison.Ordinal);
        var words = at < 0
            ? Encode(text)
            : $"""{Encode(text[..at])}<b class="ink" style="color:#141821;font-weight:600">{Encode(strong!)}</b>{Encode(text[(at + strong!.Length)..])}""";
        return $"""<tr><td class="edge mute" style="{Font}padding:22px 36px 0;font-size:14px;line-height:21px;color:#5C6578">{words}</td></tr>""";
    }

    public static string Line() => """
        <tr><td class="edge" style="padding:24px 36px 0"><div class="line" style="border-top:1px solid #E1E5EC;font-size:0;line-height:0">&nbsp;</div></td></tr>
        """;

    public static string Button(string text, string link) => $"""
        <tr><td class="edge" style="padding:24px 36px 0"><a class="act" href="{Encode(link)}" style="{Font}display:block;background:#3550D6;color:#FFFFFF;text-align:center;font-size:17px;line-height:24px;font-weight:600;border-radius:12px;padding:15px 20px;text-decoration:none">{Encode(text)}</a></td></tr>
        """;

    /// <summary>The attached QR picture, and beside it the same as a code to type.</summary>
    public static string Code(string heading, string text, string firstLine, string secondLine, string picture) => $"""
        <tr><td class="edge" style="padding:28px 36px 0"><table role="presentation" class="box" width="100%" cellpadding="0" cellspacing="0" style="background:#F5F6F9;border-radius:12px"><tr>
        <td class="stack" width="148" style="padding:18px 0 18px 18px;line-height:0"><img src="cid:qr" width="148" height="148" alt="{Encode(picture)}" style="display:block;border-radius:8px;background:#FFFFFF"></td>
        <td class="stack soft" style="{Font}padding:18px 20px;font-size:14px;line-height:21px;color:#454D5E;vertical-align:middle"><b class="ink" style="color:#141821;font-weight:600">{Encode(heading)}</b><br>{Encode(text)}<br>
        <span class="ink" style="{Mono}font-size:16px;line-height:26px;color:#141821;white-space:nowrap">{Encode(firstLine)}<br>{Encode(secondLine)}</span></td></tr></table></td></tr>
        """;

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}
