using Lethe.Reporting;
using static Lethe.Reporting.Html;

namespace Lethe.Watching;

/// <summary>The frame of a page that is kept up to date: its parts, and the script that replaces them.</summary>
internal static class WatchPage
{
    /// <summary>Renders a page in the look of the report.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="kicker">What stands above it.</param>
    /// <param name="parts">Its parts at this moment.</param>
    public static string Render(string title, Html kicker, IEnumerable<PagePart> parts) => HtmlReport.Page($"{title} – Lethe", $"""
        <div class='page broad watch'>
        <p class='kicker'><b>Lethe</b>  ·  watch  ·  {kicker} <span id='live' role='status'></span></p>
        <main>
        {Each(parts, part => $"<div id='{part.Id}'>{part.Content}</div>")}
        </main>
        <footer>
        <p>Read from files on disk; nothing is written, and this page loads nothing from anywhere else. It ends with the command that showed
        it: Ctrl-C there.</p>
        </footer>
        </div>
        <script src='watch.js' defer='defer'></script>
        """, "watch.css", alone: false);
}
