using Lethe.Results;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>A comparison as one HTML page that needs nothing beside itself, in the look of the report.</summary>
internal static class ComparisonPage
{
    /// <summary>Renders a page, which states the command that makes it again; equal comparisons give equal text.</summary>
    public static string Render(Comparison comparison, string command)
    {
        IReadOnlyList<Grid> grids = comparison.Grids();
        return Page(HtmlReport.Document(
            "Comparison – Lethe",
            El(
                "div",
                Class("page broad"),
                El(
                    "header",
                    P(Class("kicker"), El("b", "Lethe"), "  ·  comparison"),
                    El("h1", $"{Wording.Counted(comparison.Table.Entrants.Count, "entrant")}, side by side")),
                El(
                    "main",
                    grids.Select(grid => El("section", El("h2", grid.Title), El("div", Class("wide"), HtmlGrid.Table(grid)))),
                    El("section", El("h2", "How to read this page"), grids[^1].Notes.Select(text => P(text))),
                    El("section", El("h2", "To repeat it"), El("pre", command))))));
    }
}
