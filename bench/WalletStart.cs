using Microsoft.Playwright;

namespace Latchkey.Bench;

/// <summary>(f) What the wallet weighs on its first load, and how soon it is ready when started without a network on a slow phone.</summary>
static class WalletStart
{
    const int Starts = 9;

    public static async Task Run(Table table, Demo demo)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, Locale = "en-GB" });
        var page = await context.NewPageAsync();
        var cdp = await context.NewCDPSessionAsync(page);
        await cdp.SendAsync("Network.enable");
        var bytes = 0.0;
        var beforePaint = true;
        cdp.Event("Network.loadingFinished").OnEvent += (_, e) => bytes += beforePaint ? e!.Value.GetProperty("encodedDataLength").GetDouble() : 0;
        await page.GotoAsync($"{demo.Origin}/w/", new() { WaitUntil = WaitUntilState.Load });
        await UntilReady(page);
        beforePaint = false;
        table.AtMost("(f) wallet, first load to ready, on the wire with headers", 60, bytes / 1000, " kB", "0.0");

        await page.EvaluateAsync("navigator.serviceWorker.ready.then(() => true)");
        await page.WaitForTimeoutAsync(1000);
        await context.SetOfflineAsync(true);
        await cdp.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = 4 });
        var times = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            await page.ReloadAsync();
            await UntilReady(page);
            times.Add(await page.EvaluateAsync<double>("performance.getEntriesByName('ready')[0].startTime"));
        }
        table.AtMost("(f) wallet, offline start to ready at a quarter of the speed (median)", 300, Timing.Percentile(times, 0.5), " ms", "0");
    }

    // The wallet marks the moment; its content security policy forbids the evaluated predicates of a waiting call.
    static async Task UntilReady(IPage page)
    {
        while (await page.EvaluateAsync<int>("performance.getEntriesByName('ready').length") == 0)
            await page.WaitForTimeoutAsync(50);
    }
}
