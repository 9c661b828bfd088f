using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Results;
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
        await CleanAsync(browser);
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
        await CleanAsync(browser);
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
        await CleanAsync(browser);
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
        await CleanAsync(browser);
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
        foreach (int width in (int[])[400, 800, 1400])
        {
            foreach (bool dark in (bool[])[false, true])
            {
                await browser.LookAsync(width, dark);
                await browser.SettleAsync();
                string where = $"{width}, {(dark ? "dark" : "light")}: ";
                Assert.Equal(where + width, where + await browser.EvaluateAsync("document.documentElement.scrollWidth"));
                Assert.Equal(where + "[]", where + (await browser.EvaluateAsync(Contrast))!.ToJsonString());
                await browser.ScreenshotAsync($"report-{width}-{(dark ? "dark" : "light")}");
            }
        }

        Assert.Equal("[]", (await browser.EvaluateAsync(Nameless))!.ToJsonString());
        await CleanAsync(browser);
    }

    // Texts whose contrast to what lies behind them is below 4.5; what is disabled, hidden or drawn in a figure has its own rules.
    private const string Contrast = """
        (() => {
          const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const rgba = css => { probe.clearRect(0, 0, 1, 1); probe.fillStyle = css; probe.fillRect(0, 0, 1, 1); return [...probe.getImageData(0, 0, 1, 1).data]; };
          const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const bad = new Set();
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const e = walk.currentNode.parentElement;
            if (!walk.currentNode.data.trim() || e.closest('script, style, noscript, :disabled, [hidden], .off') || !e.getClientRects().length) continue;
            let behind = e;
            while (behind && rgba(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
            const svg = e.closest('svg') && e.namespaceURI.endsWith('svg');
            const style = getComputedStyle(e), a = light(rgba(svg ? style.fill : style.color));
            const b = light(rgba(behind ? getComputedStyle(behind).backgroundColor : 'white'));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) bad.add(`${e.tagName}.${e.getAttribute('class') || ''} ${ratio.toFixed(2)} ${walk.currentNode.data.trim().slice(0, 30)}`);
          }
          return [...bad].slice(0, 20);
        })()
        """;

    private const string Nameless = """
        (() => {
          const name = e => (e.getAttribute('aria-label') || e.getAttribute('alt') || e.textContent || e.title || '').trim()
            || (e.querySelector('[aria-label]') ? 'of its picture' : '');
          const bad = [...document.querySelectorAll('img, svg, canvas, [role=img], button, a, select')]
            .filter(e => !e.closest('[aria-hidden=true]') && !name(e) && !(e.id && document.querySelector(`label[for="${e.id}"]`)));
          const ids = [...document.querySelectorAll('[id]')].map(e => e.id), twice = ids.filter((id, i) => ids.indexOf(id) !== i);
          const heads = [...document.querySelectorAll('th')].filter(e => !e.scope && e.textContent.trim());
          return [...bad.map(e => e.outerHTML.slice(0, 80)), ...twice, ...heads.map(e => e.outerHTML.slice(0, 80))];
        })()
        """;

    private static async Task CleanAsync(Browser browser)
    {
        Assert.Empty(browser.Errors);
        Assert.Empty(browser.Requests);
        Assert.Equal(0, (int)(await browser.EvaluateAsync("[...document.scripts].filter(script => script.src).length"))!);
    }

    private static async Task<(double Left, double Top, double Side)> CanvasAsync(Browser browser)
    {
        JsonArray box = (await browser.EvaluateAsync(
            "(() => { const c = document.getElementById('map-canvas'); c.scrollIntoView({ block: 'center' }); "
            + "const b = c.getBoundingClientRect(); return [b.left, b.top, b.width]; })()"))!.AsArray();
        await browser.SettleAsync();
        return ((double)box[0]!, (double)box[1]!, (double)box[2]!);
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
