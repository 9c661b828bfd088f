using System.Xml.Linq;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>A comparison as one HTML page that needs nothing beside itself, in the look of the report.</summary>
public static class ComparisonPage
{
    /// <summary>Renders a page.</summary>
    /// <param name="table">What to show.</param>
    /// <param name="command">The command that makes it again.</param>
    /// <returns>HTML that is well-formed XML too; equal tables give equal text.</returns>
    public static string Render(ComparisonTable table, string command) => Markup.Page(HtmlReport.Document(
        "Comparison – Lethe",
        El(
            "div",
            Class("page broad"),
            El("header", P(Class("kicker"), El("b", "Lethe"), "  ·  comparison"), El("h1", $"{Wording.Counted(table.Entrants.Count, "entrant")}, side by side")),
            El("main", table.Grids().Select(Section), El("section", El("h2", "How to read this page"), table.Remarks().Select(text => P(text))), El("section", El("h2", "To repeat it"), El("pre", command))))));

    private static XElement Section(ComparisonGrid grid) => El(
        "section",
        El("h2", grid.Title),
        El(
            "div",
            Class("wide scroll"),
            El(
                "table",
                El("thead", El("tr", grid.Header.Select((title, i) => El("th", i < grid.Names ? Class("names") : null, At("scope", "col"), title)))),
                El("tbody", grid.Rows.Select((row, i) => El("tr", row.Select((cell, column) => column < grid.Names
                    ? El("th", At("scope", "row"), cell)
                    : El("td", grid.Clear[i] && column == grid.Names ? El("b", cell) : cell))))))));
}
