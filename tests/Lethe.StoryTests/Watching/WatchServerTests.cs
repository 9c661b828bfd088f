using System.Net;
using System.Net.Sockets;
using System.Text;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Watching;

namespace Lethe.Tests.Watching;

/// <summary>Who is answered, and what with.</summary>
public sealed class WatchServerTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource stop = new();
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(20) };
    private RunDirectory run = null!;
    private WatchServer server = null!;
    private Task serving = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        run = WatchedRuns.Write(folder["a"], status: RunStatus.Running);
        server = WatchServer.Start(new WatchedFolder(folder.Path));
        serving = server.ServeAsync(stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        server.Dispose();
        client.Dispose();
        stop.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("?id=a", 200)]
    [InlineData("?id=..%2F..%2Fetc", 200)]
    [InlineData("watch.js", 200)]
    [InlineData("views.png?id=..%2Fa", 404)]
    [InlineData("../", 404)]
    [InlineData("a/run.json", 404)]
    [InlineData("%2e%2e/%2e%2e/etc/passwd", 404)]
    [InlineData("run.json", 404)]
    public async Task Get_WithTheToken_GivesPagesAndNoFiles(string path, int status)
    {
        string[] before = WatchedRuns.Files(folder.Path);
        using HttpResponseMessage answer = await client.GetAsync(new Uri(server.Address, path), Token);
        Assert.Equal(status, (int)answer.StatusCode);
        string text = await answer.Content.ReadAsStringAsync(Token);
        Assert.DoesNotContain("formatVersion", text, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal(before, WatchedRuns.Files(folder.Path));
        if (path.Contains("etc", StringComparison.Ordinal) && status == 200)
            Assert.Contains("There is no such run", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithoutTheToken_IsRefused()
    {
        var root = new Uri(server.Address.GetLeftPart(UriPartial.Authority));
        string token = server.Address.AbsolutePath;
        Assert.Matches("^/[0-9a-f]{32}/$", token);
        foreach (string path in new[] { "/", "/watch.js", "/events", token[..^2] + "/", token.TrimEnd('/'), "/" + new string('0', 32) + "/" })
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(root, path), Token);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.DoesNotContain("run", await answer.Content.ReadAsStringAsync(Token), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Get_UnderAnotherHost_IsRefused(string host)
    {
        string answer = await RawAsync($"GET {server.Address.AbsolutePath} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 4\\d\\d ", answer);
        Assert.DoesNotContain("Lethe", answer, StringComparison.Ordinal);
        string known = await RawAsync($"GET {server.Address.AbsolutePath} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Anything_IsRefused()
    {
        using var content = new StringContent("x");
        using HttpResponseMessage answer = await client.PostAsync(server.Address, content, Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public void Listens_OnLoopbackAlone()
    {
        Assert.Equal("127.0.0.1", server.Address.Host);
        Assert.Contains(
            "--port", Assert.Throws<RunException>(() => WatchServer.Start(new WatchedFolder(folder.Path), server.Address.Port)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_MetricsGrow_ArriveAndUnchangedPartsDoNotComeAgain()
    {
        using Stream stream = await client.GetStreamAsync(new Uri(server.Address, "events?id=a"), Token);
        using var reader = new StreamReader(stream);
        List<string> first = await PartsAsync(reader, until: "repeat");
        Assert.Equal(["state", "amiss", "loss", "curves", "undos", "views", "log", "repeat"], first);
        WatchedRuns.Beat(run, TimeSpan.Zero);
        run.AppendMeasurements([WatchedRuns.Late(0.123)]);
        List<string> then = await PartsAsync(reader, until: "curves");
        Assert.Contains("state", then);
        Assert.DoesNotContain("repeat", then);
    }

    [Fact]
    public async Task Events_Cancelled_EndAndTheServerStops()
    {
        using Stream stream = await client.GetStreamAsync(new Uri(server.Address, "events"), Token);
        using var reader = new StreamReader(stream);
        await PartsAsync(reader, until: "against");
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10), Token);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(server.Address, Token));
    }

    // The ids of parts, up to one of them.
    private static async Task<List<string>> PartsAsync(StreamReader reader, string until)
    {
        var ids = new List<string>();
        bool begins = false;
        while (!ids.Contains(until))
        {
            string line = await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(15), Token)
                ?? throw new InvalidOperationException("The events ended.");
            if (begins)
                ids.Add(line["data: ".Length..]);
            begins = line == "event: part";
        }

        return ids;
    }

    private async Task<string> RawAsync(string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, server.Address.Port, Token);
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
    }
}
