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
            <h1>{Glossary.Marked(ComparisonVerdict.Of(comparison))}</h1>
            <div class='story'>{Each(ComparisonVerdict.Sentences(comparison), text => $"<p>{Glossary.Marked(text)}</p>")}</div>
            {Settings(comparison)}
            </header>
            <main>
            {Charts(comparison)}
            {Each(grids, grid => $"<section><h2>{grid.Title}</h2><div class='wide'>{HtmlGrid.Table(grid)}</div>{Notes(grid)}</section>")}
            <section><h2>How to read this page</h2>{Each(grids[0].Notes, text => $"<p>{text}</p>")}</section>
            <section><h2>To repeat it</h2><pre>{command}</pre></section>
            {Glossary.List()}
            </main>
            </div>
            """);

        // How to read it all stands beneath the first grid elsewhere, and in its own section here.
        Html? Notes(Grid grid) => If(grid != grids[0], $"{Each(grid.Notes, text => $"<p class='note below'>{text}</p>")}");
    }

    // What letters stand for comes before the first of them.
    private static Html? Settings(Comparison comparison)
    {
        (string Title, string Words)[] all = [.. ComparisonVerdict.Settings(comparison)];
        return If(all.Length > 0, $"""
            <ul class='verdicts'>{Each(all, setting => $"<li><b>{setting.Title}</b>{setting.Words}</li>")}</ul>
            """);
    }

    private static Html? Charts(Comparison comparison)
    {
        Html[] rows = [.. ComparisonVerdict.Headline(comparison).Select(key => Chart.Row("two", Both(comparison, key))).OfType<Html>()];
        return If(rows.Length > 0, $"""
            <section id='figures'>
            <h2>What each reached, and what is clear of it</h2>
            {rows}
            </section>
            """);
    }

    private static IEnumerable<Chart> Both(Comparison comparison, ResultKey key)
    {
        double factor = key.IsFraction ? 100 : 1;
        string unit = key.IsAccuracy ? "accuracy, %" : key.Name;
        (string, string, double, double?, double?, string, bool)[] reached =
        [
            .. from entrant in comparison.Table.Entrants
               let cell = entrant[key]
               where cell is not null
               select (
                   entrant.Name, entrant.Style, factor * cell.Value.Mean, factor * cell.Low, factor * cell.High,
                   GridCell.OverSeeds(key, cell).Text, true),
        ];
        if (reached.Length > 0)
        {
            bool ends = reached.Any(row => row.Item4 is not null);
            yield return new IntervalChart(
                $"{key.Name}, {key.Layer}", ends ? "what each reached, with intervals of 95 %" : "what each reached", unit, reached);
        }

        (string, string, double, double?, double?, string, bool)[] less =
        [
            .. from pair in comparison.Pairs
               where pair.Key == key && pair.Difference is not null
               let style = comparison.Table.Entrants.FirstOrDefault(entrant => entrant.Name == pair.Entrant)?.Style ?? ""
               let cells = GridCell.Apart(key, pair.Difference!).ToArray()
               select (
                   pair.What, style, factor * pair.Difference!.Mean, factor * pair.Difference.Low, factor * pair.Difference.High,
                   $"{cells[0].Text} {cells[2].Text}, {(pair.Difference.IsClear ? "clear" : "not clear")}", pair.Difference.IsClear),
        ];
        if (less.Length > 0)
        {
            yield return new IntervalChart(
                $"Differences in {key.Name}, {key.Layer}", "paired by seed, with 95 % intervals, each on its own",
                key.IsFraction ? "points" : key.Name, less) { AroundZero = true };
        }
    }
}
