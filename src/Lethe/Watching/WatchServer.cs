using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Lethe.Reporting;
using Lethe.Runtime;

namespace Lethe.Watching;

/// <summary>
/// Shows the runs of a folder on a page of this machine alone: it listens on loopback, answers to its own address and to no other name, and
/// only where the address holds a token that nobody can guess. It reads, and answers GET.
/// </summary>
internal sealed class WatchServer : IDisposable
{
    private const string Script = "watch.js", Loopback = "127.0.0.1";

    // The page may load what comes from here, send nothing, and stand in no other page.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly TimeSpan look = TimeSpan.FromSeconds(1), alive = TimeSpan.FromSeconds(10);

    private readonly WatchedFolder folder;
    private readonly HttpListener listener;
    private readonly ViewSheets sheets = new();
    private readonly string host;
    private readonly byte[] token;

    private WatchServer(WatchedFolder folder, HttpListener listener, int port)
    {
        (this.folder, this.listener) = (folder, listener);
        host = Invariant($"{Loopback}:{port}");
        string word = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        token = Encoding.ASCII.GetBytes(word);
        Address = new Uri($"http://{host}/{word}/");
    }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="folder">What is shown.</param>
    /// <param name="port">The port; 0 for one that is free.</param>
    /// <exception cref="LetheException">The port is in use.</exception>
    public static WatchServer Start(WatchedFolder folder, int port = 0)
    {
        // Between finding a free port and taking it another process may take it.
        for (int trial = 0; ; trial++)
        {
            int number = port == 0 ? Free() : port;
            var listener = new HttpListener();
            listener.Prefixes.Add(Invariant($"http://{Loopback}:{number}/"));
            try
            {
                listener.Start();
                return new WatchServer(folder, listener, number);
            }
            catch (Exception error) when (error is HttpListenerException or SocketException)
            {
                listener.Close();
                if (port != 0)
                    throw new RunException($"--port {port}: {error.Message}. Leave --port out to use a free one.", error);
                if (trial == 9)
                    throw new RunException($"Cannot listen on any port of {Loopback}: {error.Message}. Give one with --port.", error);
            }
        }
    }

    /// <summary>Answers until it is cancelled.</summary>
    /// <param name="cancellation">Ends it, with every page that is open.</param>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        await using CancellationTokenRegistration stop = cancellation.Register(listener.Abort);
        while (!cancellation.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (cancellation.IsCancellationRequested)
                    return;
                continue; // a caller that went away
            }

            _ = Task.Run(() => AnswerAsync(context, cancellation), CancellationToken.None);
        }
    }

    public void Dispose() => listener.Close();

    private static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken cancellation)
    {
        HttpListenerResponse response = context.Response;
        try
        {
            foreach ((string name, string value) in new[]
            {
                ("Content-Security-Policy", Policy), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-store"), ("Cross-Origin-Resource-Policy", "same-origin"),
            })
                response.Headers[name] = value;
            await RouteAsync(context.Request, response, cancellation).ConfigureAwait(false);
            response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or IOException or ObjectDisposedException
            or OperationCanceledException)
        {
            // The page was closed, or the command ended.
            response.Abort();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await FailAsync(response, error).ConfigureAwait(false);
        }
    }

    // A page that cannot be made says why; the others go on.
    private static async Task FailAsync(HttpListenerResponse response, Exception error)
    {
        try
        {
            string text = $"An error that should not happen. Please report it with what follows.\n{error}";
            await RefuseAsync(response, HttpStatusCode.InternalServerError, text).ConfigureAwait(false);
            response.Close();
        }
        catch (Exception late) when (late is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            response.Abort();
        }
    }

    private Task RouteAsync(HttpListenerRequest request, HttpListenerResponse response, CancellationToken cancellation)
    {
        // A page of another site may send the reader's browser here, by a name of its own that leads to this machine.
        if (!string.Equals(request.Headers["Host"], host, StringComparison.Ordinal))
            return RefuseAsync(response, HttpStatusCode.MisdirectedRequest, $"This is {host} and answers to no other name.");
        if (request.HttpMethod is not ("GET" or "HEAD"))
            return RefuseAsync(response, HttpStatusCode.MethodNotAllowed, "Nothing can be changed here.");
        string[] path = (request.RawUrl ?? "").Split('?')[0].Split('/');

        // Browsers ask for it by themselves, and complain where there is none.
        if (path is ["", "favicon.ico"])
        {
            response.StatusCode = (int)HttpStatusCode.NoContent;
            return Task.CompletedTask;
        }

        if (path is not ["", var given, var page] || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), token))
            return RefuseAsync(response, HttpStatusCode.NotFound, "Open the whole address that 'lethe watch' printed.");
        string query = request.Url?.Query ?? "";
        string? id = request.QueryString["id"] ?? (folder.IsRun ? "." : null);
        switch (page)
        {
            case "":
                return SendAsync(response, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Page(id, query)));
            case Script:
                return SendAsync(
                    response, "text/javascript; charset=utf-8", Encoding.UTF8.GetBytes(Html.Resource(Script).ToString()));
            case "events":
                return FollowAsync(response, id, query, cancellation);
            case "views.png" when id is not null && folder.Find(id) is { } run && sheets.Png(run) is { } png:
                return SendAsync(response, "image/png", png);
            default:
                return RefuseAsync(response, HttpStatusCode.NotFound, "There is no such page.");
        }
    }

    private string Page(string? id, string query) => id is null
        ? OverviewPage.Render(folder, Parts(id, query))
        : WatchPage.Render(id, folder.IsRun ? (Html)$"{folder.Path}" : $"<a href='./'>{folder.Path}</a>", Parts(id, query));

    private IReadOnlyList<PagePart> Parts(string? id, string query)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (id is null)
            return OverviewPage.Parts(folder, WatchQuery.Parse(query), now);
        return folder.Find(id) is { } run
            ? RunPage.Parts(run, sheets.Trouble(run), now)
            : [new("state", $"""
                <h1>{id}</h1><p class='banner'>There is no such run below {folder.Path}. It may have been moved or deleted.</p>
                """)];
    }

    // Server-sent events: each part that has changed, as it is now.
    private async Task FollowAsync(HttpListenerResponse response, string? id, string query, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.SendChunked = true;
        var shown = new Dictionary<string, string>();
        DateTimeOffset spoken = DateTimeOffset.MinValue;
        while (true)
        {
            var text = new StringBuilder();
            foreach (PagePart part in Parts(id, query))
            {
                string content = part.Content?.ToString() ?? "";
                if (shown.TryGetValue(part.Id, out string? before) && before == content)
                    continue;
                shown[part.Id] = content;
                text.Append("event: part\n").Append("data: ").Append(part.Id).Append('\n');
                foreach (string line in content.ReplaceLineEndings("\n").Split('\n'))
                    text.Append("data: ").Append(line).Append('\n');
                text.Append('\n');
            }

            // Where nothing changes a word now and then finds out whether the page is still open.
            if (text.Length == 0 && DateTimeOffset.UtcNow - spoken > alive)
                text.Append(": still here\n\n");
            if (text.Length > 0)
            {
                await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation).ConfigureAwait(false);
                await response.OutputStream.FlushAsync(cancellation).ConfigureAwait(false);
                spoken = DateTimeOffset.UtcNow;
            }

            await Task.Delay(look, cancellation).ConfigureAwait(false);
        }
    }

    private static Task RefuseAsync(HttpListenerResponse response, HttpStatusCode status, string text)
    {
        response.StatusCode = (int)status;
        return SendAsync(response, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text + "\n"));
    }

    private static async Task SendAsync(HttpListenerResponse response, string type, byte[] bytes)
    {
        response.ContentType = type;
        response.ContentLength64 = bytes.Length;
        await response.OutputStream.WriteAsync(bytes).ConfigureAwait(false);
    }
}
