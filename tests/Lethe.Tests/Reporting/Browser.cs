using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lethe.Tests.Reporting;

/// <summary>A page in Chromium without a window, driven by its DevTools protocol. Tests are skipped where there is none.</summary>
internal sealed partial class Browser : IAsyncDisposable
{
    private static readonly string[] names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly TemporaryFolder folder = new();
    private readonly ClientWebSocket socket = new();
    private readonly List<string> errors = [];
    private readonly List<string> requests = [];
    private Process? process;
    private string? session;
    private int last;

    /// <summary>What the page wrote to its console, threw, or was told by the browser is wrong.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>Addresses that the page asked for, itself left out.</summary>
    public IReadOnlyList<string> Requests => requests;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens a page of a size, light or dark.</summary>
    public static async Task<Browser> OpenAsync(string html, int width, bool dark = false, bool touch = false)
    {
        Browser browser = await BeginAsync(width, dark, touch);
        string path = browser.folder["page.html"];
        await File.WriteAllTextAsync(path, html, Token);
        await browser.GoAsync(new Uri(path));
        return browser;
    }

    /// <summary>A browser of a size, light or dark, with no page yet.</summary>
    public static async Task<Browser> BeginAsync(int width, bool dark = false, bool touch = false)
    {
        string? program = names.SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(path => Path.Combine(path, name))).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "There is no Chromium on this machine (apt-get install chromium).");
        var browser = new Browser();
        await browser.StartAsync(program!);
        await browser.SendAsync("Page.enable");
        await browser.SendAsync("Runtime.enable");
        await browser.SendAsync("Log.enable");
        await browser.SendAsync("Network.enable");
        await browser.LookAsync(width, dark);
        await browser.SendAsync("Emulation.setTouchEmulationEnabled", new() { ["enabled"] = touch });
        return browser;
    }

    /// <summary>Goes to an address and waits until its page is there.</summary>
    public async Task GoAsync(Uri address)
    {
        await SendAsync("Page.navigate", new() { ["url"] = address.AbsoluteUri });
        while ((string?)await EvaluateAsync("document.readyState + location.protocol") != $"complete{address.Scheme}:")
            await Task.Delay(20, Token);
        await SettleAsync();
    }

    /// <summary>Another size or theme of the same page.</summary>
    public async Task LookAsync(int width, bool dark)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new()
        {
            ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = false,
        });
        await SendAsync("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new JsonArray(new JsonObject
            {
                ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light",
            }),
        });
    }

    /// <summary>The same page as it is printed, on paper of a width.</summary>
    public async Task PaperAsync(int width)
    {
        await LookAsync(width, dark: false);
        await SendAsync("Emulation.setEmulatedMedia", new() { ["media"] = "print" });
    }

    /// <summary>Waits until what was asked for is drawn.</summary>
    public Task SettleAsync() => EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");

    /// <summary>The value of an expression of JavaScript.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonObject result = await SendAsync("Runtime.evaluate", new()
        {
            ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true,
        });
        Assert.False(result.ContainsKey("exceptionDetails"), result.ToJsonString());
        return result["result"]!["value"]?.DeepClone();
    }

    /// <summary>Moves the mouse, pressed or not.</summary>
    public Task MouseAsync(string type, double x, double y, bool shift = false) => SendAsync("Input.dispatchMouseEvent", new()
    {
        ["type"] = type, ["x"] = x, ["y"] = y, ["button"] = "left", ["buttons"] = type == "mouseReleased" ? 0 : 1, ["clickCount"] = 1,
        ["modifiers"] = shift ? 8 : 0,
    });

    /// <summary>Moves the mouse with no button pressed.</summary>
    public Task HoverAsync(double x, double y) => SendAsync("Input.dispatchMouseEvent", new() { ["type"] = "mouseMoved", ["x"] = x, ["y"] = y });

    /// <summary>Presses a key once.</summary>
    public async Task KeyAsync(string key, bool shift = false)
    {
        foreach (string type in (string[])["keyDown", "keyUp"])
        {
            var pressed = new JsonObject { ["type"] = type, ["key"] = key, ["modifiers"] = shift ? 8 : 0 };
            if (type == "keyDown" && (key.Length == 1 || key == "Enter"))
                pressed["text"] = key == "Enter" ? "\r" : key;
            if (key == "Tab")
                (pressed["windowsVirtualKeyCode"], pressed["code"]) = (9, "Tab");
            if (key == "ArrowRight")
                (pressed["windowsVirtualKeyCode"], pressed["code"]) = (39, key);
            await SendAsync("Input.dispatchKeyEvent", pressed);
        }
    }

    /// <summary>Touches places of the screen, one for each finger; none lifts all.</summary>
    public Task TouchAsync(string type, params (double X, double Y)[] fingers) => SendAsync("Input.dispatchTouchEvent", new()
    {
        ["type"] = type,
        ["touchPoints"] = new JsonArray([.. fingers.Select((at, i) => (JsonNode)new JsonObject { ["x"] = at.X, ["y"] = at.Y, ["id"] = i })]),
    });

    /// <summary>The whole page as PNG, into a folder named by LETHE_SCREENSHOTS, for people to look at; nothing where it is not set.</summary>
    public async Task ScreenshotAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("LETHE_SCREENSHOTS") is not { Length: > 0 } to)
            return;
        JsonObject found = await SendAsync("Page.captureScreenshot", new() { ["captureBeyondViewport"] = true, ["format"] = "png" });
        await File.WriteAllBytesAsync(Path.Combine(to, name + ".png"), Convert.FromBase64String((string)found["data"]!), Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        socket.Dispose();
        folder.Dispose();
    }

    private async Task StartAsync(string program)
    {
        process = Process.Start(new ProcessStartInfo(program, [
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-port=0",
            $"--user-data-dir={folder["profile"]}", "about:blank",
        ])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        string? address = null;
        while (address is null && await process.StandardError.ReadLineAsync(Token) is { } line)
            address = Address().Match(line) is { Success: true } match ? match.Value : null;
        Assert.True(address is not null, "Chromium ended before it could be driven.");
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None); // so that it never waits for a reader
        await socket.ConnectAsync(new Uri(address!), Token);
        JsonObject target = await SendAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        JsonObject attached = await SendAsync("Target.attachToTarget", new()
        {
            ["targetId"] = (string)target["targetId"]!, ["flatten"] = true,
        });
        session = (string)attached["sessionId"]!;
    }

    private async Task<JsonObject> SendAsync(string method, JsonObject? parameters = null)
    {
        int id = ++last;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
            message["sessionId"] = session;
        await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, Token);
        for (; ; )
        {
            JsonObject answer = await ReceiveAsync();
            if ((int?)answer["id"] != id)
            {
                Note(answer);
                continue;
            }

            Assert.True(answer["error"] is null, $"{method}: {answer.ToJsonString()}");
            return answer["result"]!.AsObject();
        }
    }

    private async Task<JsonObject> ReceiveAsync()
    {
        using var whole = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, Token);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonSerializer.Deserialize<JsonObject>(whole.ToArray())!;
    }

    private void Note(JsonObject told)
    {
        if ((string?)told["method"] is "Runtime.exceptionThrown" or "Log.entryAdded" or "Runtime.consoleAPICalled")
            errors.Add(told["params"]!.ToJsonString());
        if ((string?)told["method"] == "Network.requestWillBeSent" && (string)told["params"]!["request"]!["url"]! is var url
            && !url.EndsWith("/page.html", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal)
            && !url.StartsWith("blob:file:", StringComparison.Ordinal))
            requests.Add(url);
    }

    [GeneratedRegex(@"ws://\S+")]
    private static partial Regex Address();
}
