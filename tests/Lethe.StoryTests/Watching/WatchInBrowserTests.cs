using Lethe.Runs;
using Lethe.Tests.Reporting;
using Lethe.Watching;

namespace Lethe.Tests.Watching;

/// <summary>The watched page as a person uses it.</summary>
public sealed class WatchInBrowserTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource stop = new();
    private RunDirectory running = null!;
    private WatchServer server = null!;
    private Task serving = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        for (int i = 0; i < 4; i++)
            WatchedRuns.Write(folder[$"run{i}"], (ulong)i, shift: 0.01 * i);
        running = WatchedRuns.Write(folder["now <script>"], 9, RunStatus.Running, -0.02, options => options with { Training = options.Training with { BatchSize = 64 } });
        WatchedRuns.Beat(running, TimeSpan.Zero);
        File.WriteAllText(running.LogPath, string.Concat(Enumerable.Range(0, 150).Select(i => $"2026-01-01 00:00:00Z  line {i}\n")));
        server = WatchServer.Start(new WatchedFolder(folder.Path));
        serving = server.ServeAsync(stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        server.Dispose();
        stop.Dispose();
        folder.Dispose();
    }

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [InlineData(400, false)]
    [InlineData(400, true)]
    [InlineData(1200, false)]
    [InlineData(1200, true)]
    public async Task Pages_AtAnyWidthAndTheme_FitAndAskNobodyElse(int width, bool dark)
    {
        await using Browser browser = await Browser.BeginAsync(width, dark);
        foreach ((string path, string name) in new[] { ("", "runs"), ("?id=now%20%3Cscript%3E", "run") })
        {
            await browser.GoAsync(new Uri(server.Address, path));
            await LiveAsync(browser);
            Assert.True((bool)(await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"))!, "The page is wider than the screen.");
            Assert.True((double)(await browser.EvaluateAsync(LeastContrast))! >= 4.5, "Some text has too little contrast.");
            Assert.Equal(0, (int)(await browser.EvaluateAsync("[...document.querySelectorAll('img, svg[role=img]')].filter(one => !(one.alt || one.getAttribute('aria-label'))).length"))!);
            Assert.Equal(0, (int)(await browser.EvaluateAsync("[...document.querySelectorAll('input:not([type=hidden]), select, button')].filter(one => !(one.labels?.length || one.ariaLabel)).length"))!);
            await browser.ScreenshotAsync($"watch-{name}-{width}{(dark ? "-dark" : "")}");
        }

        Clean(browser);
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Page_MetricsGrow_ChangesByItselfAndKeepsWhatIsOpenAndWhereOneIs()
    {
        await using Browser browser = await Browser.BeginAsync(1000);
        await browser.GoAsync(new Uri(server.Address, "?id=now%20%3Cscript%3E"));
        await LiveAsync(browser);
        await browser.EvaluateAsync("document.querySelector('#curves details').open = true; document.querySelector('#curves summary').focus(); true");
        running.AppendMeasurements([WatchedRuns.Late(0.1234)]);
        WatchedRuns.Beat(running, TimeSpan.FromSeconds(1));
        await UntilAsync(browser, "document.querySelector('#curves').textContent.includes('0.1234')");
        Assert.True((bool)(await browser.EvaluateAsync("document.querySelector('#curves details').open && document.activeElement === document.querySelector('#curves summary')"))!);
        WatchedRuns.Beat(running, TimeSpan.FromHours(2));
        File.SetLastWriteTimeUtc(running.MetricsPath, DateTime.UtcNow.AddHours(-2));
        await UntilAsync(browser, "document.querySelector('#state').textContent.includes('Stale')");
        await stop.CancelAsync();
        await UntilAsync(browser, "document.querySelector('#live').textContent.includes('not connected')");
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public async Task Choices_ByKeyboard_ChangeTheTableAndStandInTheAddress()
    {
        await using Browser browser = await Browser.BeginAsync(1000);
        await browser.GoAsync(server.Address);
        await LiveAsync(browser);
        for (int i = 0; i < 5 && (string?)await browser.EvaluateAsync("document.activeElement.name ?? ''") != "filter"; i++)
            await browser.KeyAsync("Tab");
        foreach (char letter in "running")
            await browser.KeyAsync($"{letter}");
        await UntilAsync(browser, "document.querySelectorAll('#runs tbody tr').length === 1");
        Assert.Equal("running", (string?)await browser.EvaluateAsync("document.activeElement.value"));
        Assert.Contains("filter=running", (string?)await browser.EvaluateAsync("location.search"), StringComparison.Ordinal);
        await browser.GoAsync(new Uri(server.Address, "?group=training.batchSize"));
        await LiveAsync(browser);
        Assert.Equal(2, (int)(await browser.EvaluateAsync("document.querySelectorAll('#runs .bunch').length"))!);
        await browser.EvaluateAsync("document.querySelector('#runs input[value=run2]').click(); true");
        await UntilAsync(browser, "document.querySelectorAll('#curves polyline').length === 1");
        Assert.True((bool)(await browser.EvaluateAsync("document.querySelector('#runs input[value=run2]').checked"))!);
        Clean(browser);
    }

    // The least contrast of a text with what is behind it, by WCAG's formula; translucent and hidden ones left out.
    private const string LeastContrast = """
        (() => {
          const numbers = colour => (colour.match(/[\d.]+/g) || []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = element => {
            for (; element; element = element.parentElement) {
              const colour = getComputedStyle(element).backgroundColor;
              if (colour.startsWith('rgb') && (numbers(colour)[3] ?? 1) === 1) return numbers(colour);
            }
            return [255, 255, 255];
          };
          let least = 21;
          for (const element of document.querySelectorAll('h1, h2, h3, p, th, td, label, summary, a, b, span, text, li, code')) {
            if (!element.textContent.trim() || !element.getClientRects().length) continue;
            const style = getComputedStyle(element), colour = element.tagName === 'text' ? style.fill : style.color;
            if (!colour.startsWith('rgb')) continue;
            const [a, b] = [light(numbers(colour)), light(behind(element))].sort((x, y) => y - x);
            least = Math.min(least, (a + 0.05) / (b + 0.05));
          }
          return least;
        })()
        """;

    private static async Task LiveAsync(Browser browser) => await UntilAsync(browser, "document.querySelector('#live').textContent === 'live'");

    private static async Task UntilAsync(Browser browser, string condition)
    {
        for (int i = 0; i < 200; i++)
        {
            if ((bool?)await browser.EvaluateAsync(condition) == true)
                return;
            await Task.Delay(100, Token);
        }

        Assert.Fail($"It never came to this: {condition}");
    }

    private void Clean(Browser browser)
    {
        Assert.Empty(browser.Errors);
        Assert.All(browser.Requests, url => Assert.StartsWith(server.Address.GetLeftPart(UriPartial.Authority) + "/", url, StringComparison.Ordinal));
        Assert.Contains(browser.Requests, url => url.Contains("/events", StringComparison.Ordinal));
    }
}
