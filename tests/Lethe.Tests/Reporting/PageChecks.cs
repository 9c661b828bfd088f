using Deque.AxeCore.Commons;

namespace Lethe.Tests.Reporting;

/// <summary>What must hold of every page of the project, in a browser.</summary>
internal static class PageChecks
{
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

    /// <summary>Nothing sticks out, and every text can be read.</summary>
    public static async Task ReadableAsync(Browser browser, string where, int width)
    {
        Assert.Equal(where + width, where + await browser.EvaluateAsync("document.documentElement.scrollWidth"));
        Assert.Equal(where + "[]", where + (await browser.EvaluateAsync(Contrast))!.ToJsonString());
    }

    /// <summary>
    /// Every picture and control has a name, every id is one, every head of a table says what it heads; and axe finds nothing that breaks
    /// WCAG 2.1 A and AA or good practice.
    /// </summary>
    public static async Task NamedAsync(Browser browser)
    {
        Assert.Equal("[]", (await browser.EvaluateAsync(Nameless))!.ToJsonString());
        await browser.EvaluateAsync(new BundledAxeScriptProvider().GetScript() + "; true");
        Assert.Equal("[]", (await browser.EvaluateAsync(
            "axe.run(document).then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 100)}`))"))!.ToJsonString());
    }

    /// <summary>What is wider than its box can be reached and moved by keyboard.</summary>
    public static async Task ScrolledByKeysAsync(Browser browser)
    {
        Assert.Equal("[]", (await browser.EvaluateAsync(
            "[...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 "
            + "&& ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && !(e.tabIndex >= 0 && (e.ariaLabel || e.labels))) "
            + ".map(e => e.outerHTML.slice(0, 80))"))!.ToJsonString());
        const string Wide = "[...document.querySelectorAll('.scroll')].find(e => e.scrollWidth > e.clientWidth + 40)";
        Assert.True((bool)(await browser.EvaluateAsync($"const wide = {Wide}; wide.scrollIntoView(); wide.focus(); document.activeElement === wide"))!);
        await browser.KeyAsync("ArrowRight");
        for (int i = 0; i < 50 && (double)(await browser.EvaluateAsync($"{Wide}.scrollLeft"))! == 0; i++)
            await browser.SettleAsync();
        Assert.InRange((double)(await browser.EvaluateAsync($"{Wide}.scrollLeft"))!, 1, 1e4);
    }

    /// <summary>On paper of a width nothing is cut.</summary>
    public static async Task PrintedAsync(Browser browser, int width)
    {
        await browser.PaperAsync(width);
        await browser.SettleAsync();
        await browser.ScreenshotAsync($"paper-{width}");
        Assert.Equal("[]", (await browser.EvaluateAsync(
            "[...document.querySelectorAll('table, img, svg, pre, .tiles')].filter(e => e.getClientRects().length "
            + "&& e.getBoundingClientRect().right > innerWidth + 1).map(e => e.getBoundingClientRect().right + ' ' + e.outerHTML.slice(0, 80))"))!.ToJsonString());
        Assert.Equal("[]", (await browser.EvaluateAsync(
            "[...document.querySelectorAll('.scroll')].filter(e => e.getClientRects().length && e.scrollHeight > e.clientHeight + 1 "
            + "&& getComputedStyle(e).overflowY !== 'visible').map(e => e.ariaLabel)"))!.ToJsonString());
    }

    /// <summary>It wrote no error, asked nobody for anything, and has no script from elsewhere.</summary>
    public static async Task CleanAsync(Browser browser)
    {
        Assert.Empty(browser.Errors);
        Assert.Empty(browser.Requests);
        Assert.Equal(0, (int)(await browser.EvaluateAsync("[...document.scripts].filter(script => script.src).length"))!);
    }
}
