using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

/// <summary>The page as a person uses it. On the map of <see cref="MapSamples"/> class 0, the even images, lies on the left.</summary>
public sealed class ReportInBrowserTests
{
    private const string Selected = "[...document.querySelectorAll('#map-selection button.image')].map(b => b.title)";

    private static string Page => HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { Map = MapSamples.Map(name: MapSamples.Hostile) }]));

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Lasso_AroundTheLeft_SelectsItsImagesInEveryStateAndLayer()
    {
        await using Browser browser = await Browser.OpenAsync(Page, 1400);
        await PressAsync(browser, "#map-lasso");
        await LassoTheLeftAsync(browser);
        string[] even = [.. await TextsAsync(browser, Selected)];
        Assert.Equal(30, even.Length);
        Assert.All(even, title => Assert.Contains(", cat,", title, StringComparison.Ordinal));
        Assert.Equal("30 of 60 selected: 15 trained on, 15 unseen.", await TextAsync(browser, "#map-count"));

        // After UMM they lie on the right, and are the same ones; an arrow key and another layer change nothing either.
        await PressAsync(browser, "label[for=map-state-2]");
        Assert.Equal(even, await TextsAsync(browser, Selected));
        await PressAsync(browser, "label[for=map-layer-0]");
        Assert.Equal(even, await TextsAsync(browser, Selected));
        await LassoTheLeftAsync(browser);
        string[] odd = [.. await TextsAsync(browser, Selected)];
        Assert.Equal(30, odd.Length);
        Assert.Empty(odd.Intersect(even));

        // What is exported is what is selected, with the numbers of the state that is looked at.
        await browser.EvaluateAsync(
            "const make = URL.createObjectURL.bind(URL); "
            + "URL.createObjectURL = blob => (blob.text().then(text => { window.saved = text; }), make(blob)); true");
        await PressAsync(browser, "#map-actions button:nth-of-type(2)");
        string[] rows = ((string)(await browser.EvaluateAsync("new Promise(done => setTimeout(() => done(window.saved), 200))"))!).Trim().Split("\r\n");
        Assert.Equal("path,part,class,state,layer,neighbour agreement,isolation,brightness", rows[0]);
        Assert.Equal(31, rows.Length);
        Assert.Contains(rows, row => row.StartsWith("images/05.png,trained on,\"</script>", StringComparison.Ordinal)
            && row.Contains(",UMM,stem,1,", StringComparison.Ordinal));
        await PageChecks.CleanAsync(browser);
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Keys_AloneReachAnImageAndItsNearest()
    {
        await using Browser browser = await Browser.OpenAsync(Page, 1000);
        for (int i = 0; i < 400 && (string?)await browser.EvaluateAsync("document.activeElement.id") != "map-canvas"; i++)
            await browser.KeyAsync("Tab");
        Assert.Equal("map-canvas", (string?)await browser.EvaluateAsync("document.activeElement.id"));
        await browser.KeyAsync("ArrowRight");
        string first = await TextAsync(browser, "#map-spoken");
        await browser.KeyAsync("ArrowLeft");
        Assert.NotEqual(first, await TextAsync(browser, "#map-spoken"));
        Assert.Matches(@"^images/\d\d\.png, .*, (trained on|unseen)$", first);
        Assert.Equal("false", (await browser.EvaluateAsync("String(document.getElementById('map-tip').hidden)"))!.ToString());
        await browser.KeyAsync("Enter");
        await browser.SettleAsync();
        Assert.Equal(40, (int)(await browser.EvaluateAsync("document.querySelectorAll('.map-near button.image').length"))!);
        Assert.Contains("of 10 of its class", await TextAsync(browser, ".map-near"), StringComparison.Ordinal);
        await browser.KeyAsync(" ");
        await browser.KeyAsync("n");
        Assert.Equal(11, (await TextsAsync(browser, Selected)).Count());
        await browser.KeyAsync("]");
        await browser.KeyAsync(".");
        Assert.Contains("UMM", await TextAsync(browser, "#map-quality"), StringComparison.Ordinal);
        Assert.Equal(11, (await TextsAsync(browser, Selected)).Count());
        await browser.KeyAsync("Escape");
        await browser.KeyAsync("Escape");
        Assert.Empty(await TextsAsync(browser, Selected));
        await PageChecks.CleanAsync(browser);
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Touch_TapsOpenPinchesZoomAndAFingerDrawsTheLasso()
    {
        await using Browser browser = await Browser.OpenAsync(Page, 400, touch: true);
        (double left, double top, double side) = await CanvasAsync(browser);
        await browser.TouchAsync("touchStart", (left + 20, top + side - 20));
        await browser.TouchAsync("touchEnd");
        Assert.Equal("false", (await browser.EvaluateAsync("String(document.getElementById('map-detail').hidden)"))!.ToString());
        string before = await PixelsAsync(browser);
        double middle = left + (side / 2), across = top + (side / 2);
        await browser.TouchAsync("touchStart", (middle - 20, across), (middle + 20, across));
        for (int i = 1; i < 5; i++)
            await browser.TouchAsync("touchMove", (middle - 20 - (15 * i), across), (middle + 20 + (15 * i), across));
        await browser.TouchAsync("touchEnd");
        await browser.SettleAsync();
        Assert.NotEqual(before, await PixelsAsync(browser));
        await PressAsync(browser, "#map-tools button:nth-of-type(4)");
        await PressAsync(browser, "#map-lasso");
        (left, top, side) = await CanvasAsync(browser);
        await browser.TouchAsync("touchStart", (left + 6, top + 6));
        foreach ((double x, double y) in new[] { (0.5, 0.02), (0.5, 0.5), (0.5, 0.98), (0.02, 0.98) })
            await browser.TouchAsync("touchMove", (left + (x * side), top + (y * side)));
        await browser.TouchAsync("touchEnd");
        Assert.Equal(30, (await TextsAsync(browser, Selected)).Count());
        await PageChecks.CleanAsync(browser);
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Hover_OverAPoint_NamesItsImageAsText()
    {
        await using Browser browser = await Browser.OpenAsync(Page, 1000);
        (double left, double top, double side) = await CanvasAsync(browser);
        bool said = false;
        for (int i = 0; i < 40 && !said; i++)
        {
            await browser.HoverAsync(left + 14 + (i % 8 * 12), top + 14 + (i / 8 * (side - 28) / 5));
            said = (await browser.EvaluateAsync("document.getElementById('map-tip').hidden"))!.ToString() == "false";
        }

        Assert.True(said);
        Assert.Matches(@"images/\d\d\.pngcat · ", await TextAsync(browser, "#map-tip"));
        Assert.Contains(MapSamples.Hostile, (await TextsAsync(browser, "[...document.querySelectorAll('.map-key button')].map(b => b.textContent)")).ElementAt(1), StringComparison.Ordinal);
        await PageChecks.CleanAsync(browser);
    }

    /// <summary>At each width, light and dark: nothing sticks out, every text can be read, every picture and control has a name.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Page_AtAnyWidthAndTheme_CanBeReadByAll()
    {
        await using Browser browser = await Browser.OpenAsync(Page, 400);
        await browser.EvaluateAsync("document.querySelectorAll('details').forEach(d => { d.open = true; })");
        await PressAsync(browser, ".map-key button");
        await PressAsync(browser, "#map-selection button");
        Assert.Equal("96 × 96", (string?)await browser.EvaluateAsync(
            "(e => `${e.offsetWidth} × ${e.offsetHeight}`)(document.querySelector('#map-detail .large'))"));
        foreach (int width in (int[])[400, 800, 1400])
        {
            foreach (bool dark in (bool[])[false, true])
            {
                await browser.LookAsync(width, dark);
                await browser.SettleAsync();
                string where = $"{width}, {(dark ? "dark" : "light")}: ";
                await PageChecks.ReadableAsync(browser, where, width);
                await browser.ScreenshotAsync($"report-{width}-{(dark ? "dark" : "light")}");
            }
        }

        await PageChecks.NamedAsync(browser);
        await PageChecks.CleanAsync(browser);
    }

    private static async Task<(double Left, double Top, double Side)> CanvasAsync(Browser browser)
    {
        JsonArray box = (await browser.EvaluateAsync(
            "(() => { const c = document.getElementById('map-canvas'); c.scrollIntoView({ block: 'center' }); "
            + "const b = c.getBoundingClientRect(); return [b.left, b.top, b.width]; })()"))!.AsArray();
        await browser.SettleAsync();
        return ((double)box[0]!, (double)box[1]!, (double)box[2]!);
    }

    /// <summary>At 400 pixels tables are wider than the screen; on paper all of it must be there.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Page_TablesWiderThanTheScreen_AreReachedByKeysAndPrintedWhole()
    {
        await using Browser browser = await Browser.OpenAsync(Page, 400);
        await browser.EvaluateAsync("document.querySelectorAll('details').forEach(d => { d.open = true; })");
        await PageChecks.ScrolledByKeysAsync(browser);
        await PageChecks.PrintedAsync(browser, 718); // A4 upright
        await PageChecks.CleanAsync(browser);
    }

    /// <summary>Two settings with undos, as people compare them.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Comparison_AtAnyWidthAndTheme_CanBeReadByAll()
    {
        ReportRun[] runs = [.. Enumerable.Range(1, 3).SelectMany(seed => (ReportRun[])
        [
            ReportSamples.WithHits(ReportSamples.Run((ulong)seed, 0.06, 0.01)),
            ReportSamples.WithHits(ReportSamples.Run((ulong)seed, 0.001, 0.001, method: "BYOL")),
        ])];
        string page = ComparisonPage.Render(Comparison.Of(ReportModel.Of(runs), new()), "lethe compare runs/*");
        await using Browser browser = await Browser.OpenAsync(page, 400);
        await PageChecks.ScrolledByKeysAsync(browser);
        foreach (int width in (int[])[400, 800, 1400])
        {
            foreach (bool dark in (bool[])[false, true])
            {
                await browser.LookAsync(width, dark);
                await browser.SettleAsync();
                await PageChecks.ReadableAsync(browser, $"{width}, {(dark ? "dark" : "light")}: ", width);
                await browser.ScreenshotAsync($"compare-{width}-{(dark ? "dark" : "light")}");
            }
        }

        await PageChecks.NamedAsync(browser);
        await PageChecks.PrintedAsync(browser, 1047); // A4 across
        await PageChecks.CleanAsync(browser);
    }

    /// <summary>A column of one's own is a colour, stands in the tip, and goes out with a selection; the selection stays.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Columns_OfOnesOwn_ColourSelectAndLeave()
    {
        ImageMap map = MapSamples.Map();
        float[] ages = [.. Enumerable.Range(0, map.Count).Select(i => i < 10 ? float.NaN : i * 2f)];
        map = map with { Columns = [.. map.Columns, new("<b>age", "as notes.csv has it", MapNumbers.Single(ages))] };
        await using Browser browser = await Browser.OpenAsync(
            HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { Map = map }])), 1000);
        await browser.EvaluateAsync(
            "(() => { const s = document.getElementById('map-colour'); s.value = '#<b>age'; s.dispatchEvent(new Event('change')); })()");
        await browser.SettleAsync();
        Assert.StartsWith("<b>age: as notes.csv has it.", await TextAsync(browser, "#map-legend"), StringComparison.Ordinal);
        await PressAsync(browser, ".map-key button"); // the highest
        string[] highest = [.. await TextsAsync(browser, Selected)];
        Assert.Equal(["images/57.png", "images/58.png", "images/59.png"], highest.Select(title => title.Split(',')[0]));
        await PressAsync(browser, "label[for=map-state-2]");
        Assert.Equal(highest, await TextsAsync(browser, Selected));
        Assert.Contains("<b>age,", (string)(await browser.EvaluateAsync("document.getElementById('map-colour').value + ','"))!, StringComparison.Ordinal);
        await PressAsync(browser, "#map-selection button");
        Assert.Contains("<b>age 114", await TextAsync(browser, "#map-detail"), StringComparison.Ordinal);
        await PageChecks.CleanAsync(browser);
    }

    /// <summary>A page of 20 000 images opens and answers while somebody waits; bounds are wide, since machines differ.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Map_Of20000Images_IsUsable()
    {
        string page = HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { Map = MapSamples.Map(20_000) }]));
        await using Browser browser = await Browser.OpenAsync(page, 1400);
        double opened = (double)(await browser.EvaluateAsync("performance.timing.loadEventEnd - performance.timing.navigationStart"))!;
        await PressAsync(browser, "#map-lasso");
        double begun = (double)(await browser.EvaluateAsync("performance.now()"))!;
        await LassoTheLeftAsync(browser);
        double took = (double)(await browser.EvaluateAsync("performance.now()"))! - begun;
        Assert.Equal("10000 of 20000 selected: 5000 trained on, 5000 unseen.", await TextAsync(browser, "#map-count"));
        Assert.Equal(120, (await TextsAsync(browser, Selected)).Count());
        begun = (double)(await browser.EvaluateAsync("performance.now()"))!;
        await PressAsync(browser, "label[for=map-state-2]");
        double changed = (double)(await browser.EvaluateAsync("performance.now()"))! - begun;
        TestContext.Current.SendDiagnosticMessage($"opened in {opened:0} ms, lasso {took:0} ms, another state {changed:0} ms");
        Assert.True(opened < 10_000 && took < 5_000 && changed < 3_000, $"{opened} ms to open, {took} ms for a lasso, {changed} ms for another state");
        await PageChecks.CleanAsync(browser);
    }

    // From inside the rounded corner, which is no part of the canvas to a mouse.
    private static async Task LassoTheLeftAsync(Browser browser)
    {
        (double left, double top, double side) = await CanvasAsync(browser);
        const double Edge = 6;
        (double X, double Y)[] through =
        [
            (left + Edge, top + Edge), (left + (side / 2), top + Edge), (left + (side / 2), top + side - Edge), (left + Edge, top + side - Edge),
        ];
        await browser.MouseAsync("mousePressed", through[0].X, through[0].Y);
        foreach ((double x, double y) in through)
            await browser.MouseAsync("mouseMoved", x, y);
        await browser.MouseAsync("mouseReleased", through[^1].X, through[^1].Y);
        await browser.SettleAsync();
    }

    // Without the mouse, which would have to scroll to it.
    private static async Task PressAsync(Browser browser, string selector)
    {
        await browser.EvaluateAsync($"document.querySelector('{selector}').click()");
        await browser.SettleAsync();
    }

    private static async Task<string> TextAsync(Browser browser, string selector) =>
        (string)(await browser.EvaluateAsync($"document.querySelector('{selector}').textContent"))!;

    private static async Task<IEnumerable<string>> TextsAsync(Browser browser, string expression) =>
        (await browser.EvaluateAsync(expression))!.AsArray().Select(text => (string)text!);

    private static async Task<string> PixelsAsync(Browser browser) =>
        (string)(await browser.EvaluateAsync("document.getElementById('map-canvas').toDataURL()"))!;
}
