using Lethe.Results;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>A comparison as one HTML page that needs nothing beside itself, in the look of the report.</summary>
internal static class ComparisonPage
{
    /// <summary>Renders a page, which states the command that makes it again; equal comparisons give equal text.</summary>
    public static string Render(Comparison comparison, string command)
    {
        IReadOnlyList<Grid> grids = comparison.Grids();
        return HtmlReport.Page("Comparison – Lethe", $"""
            <div class='page broad'>
            <header>
            <p class='kicker'><b>Lethe</b>  ·  comparison</p>
            <h1>{Wording.Counted(comparison.Table.Entrants.Count, "entrant")}, side by side</h1>
            </header>
            <main>
            {Each(grids, grid => $"<section><h2>{grid.Title}</h2><div class='wide'>{HtmlGrid.Table(grid)}</div>{Notes(grid)}</section>")}
            <section><h2>How to read this page</h2>{Each(grids[0].Notes, text => $"<p>{text}</p>")}</section>
            <section><h2>To repeat it</h2><pre>{command}</pre></section>
            </main>
            </div>
            """);

        // How to read it all stands beneath the first grid elsewhere, and in its own section here.
        Html? Notes(Grid grid) => If(grid != grids[0], $"{Each(grid.Notes, text => $"<p class='note below'>{text}</p>")}");
    }
}
