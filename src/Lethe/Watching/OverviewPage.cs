using System.Globalization;
using Lethe.Reporting;
using Lethe.Results;
using static Lethe.Reporting.Html;

namespace Lethe.Watching;

/// <summary>Several runs side by side: what they are at, their table, their curves, and what an option did to the result.</summary>
internal static class OverviewPage
{
    private const string Time = "d MMM HH:mm";

    public static string Render(WatchedFolder folder, IReadOnlyList<PagePart> parts) =>
        WatchPage.Render(Path.GetFileName(folder.Path), (Html)$"{folder.Path}", parts);

    /// <summary>The parts of the page.</summary>
    public static IReadOnlyList<PagePart> Parts(WatchedFolder folder, WatchQuery query, DateTimeOffset now)
    {
        IReadOnlyList<WatchedRun> runs = folder.Runs;
        if (runs.Count == 0)
        {
            return
            [
                new("state", $"""
                    <h1>No run below {folder.Path} yet</h1>
                    <p class='sentence'>One that begins is shown within seconds. <code>lethe pretrain --data photos</code> begins one in
                    runs.</p>
                    """),
                new("choose", null), new("runs", null), new("curves", null), new("against", null),
            ];
        }

        Overview shown = Overview.Of(runs, query, now);
        return
        [
            new("state", State(runs, shown, now)),
            new("choose", Choose(runs, shown)),
            new("runs", Table(shown, now)),
            new("curves", Curves(shown)),
            new("against", Against(shown)),
        ];
    }

    private static Html State(IReadOnlyList<WatchedRun> runs, Overview shown, DateTimeOffset now)
    {
        string counts = string.Join(", ", runs.GroupBy(run => run.Life(now)).OrderBy(life => life.Key).Select(
            life => $"{life.Count()} {RunWords.Word(life.Key)}"));
        string which = shown.Rows.Count == runs.Count ? "" : $" {shown.Rows.Count} of them shown.";
        return $"""
            <h1>{Wording.Counted(runs.Count, "run")}: {counts}</h1>
            <p class='sentence'>{$"Stale is a run that says it is at work while nothing has been heard of it.{which}"}</p>
            """;
    }

    private static Html Choose(IReadOnlyList<WatchedRun> runs, Overview shown)
    {
        WatchQuery query = shown.Query;
        string[] options = [.. runs.SelectMany(run => run.Options.Keys).Distinct().Where(
            name => runs.Select(run => run.Options.GetValueOrDefault(name)).Distinct().Skip(1).Any())];
        return $"""
            <form id='chosen' method='get' action='./'>
            <label>show those with <input type='search' name='filter' value='{query.Filter}' placeholder='words, as done seed=1'/></label>
            {Select("measure", "measure", shown.Measures, $"{shown.Measure?.Layer}/{shown.Measure?.Name}", RunWords.Titled, null)}
            {Select("group", "group by", options, query.Group, name => name, "nothing")}
            {Select("option", "result against", shown.Differing, shown.Against ?? "", name => name, null)}
            <input type='hidden' name='sort' value='{query.Sort}'/>
            <noscript><button type='submit'>Show</button></noscript>
            </form>
            """;
    }

    private static Html Select(
        string name, string label, IEnumerable<string> values, string chosen, Func<string, string> title, string? none) => $"""
        <label>{label} <select name='{name}'>
        {If(none is not null, $"<option value=''>{none}</option>")}
        {Each(values, value => $"<option value='{value}'{If(value == chosen, $" selected='selected'")}>{title(value)}</option>")}
        </select></label>
        """;

    private static Html Table(Overview shown, DateTimeOffset now)
    {
        (string Id, string Title)[] columns =
        [
            ("run", "run"), ("state", "state"), ("epochs", "epochs"), ("", "time left"), ("begun", "begun, UTC"), ("last", "last"),
            ("best", "best"),
            .. shown.Differing.Select(option => ($"option:{option}", option.Split('.')[^1])),
        ];
        string sort = shown.Query.Sort;
        string caption = shown.Measure is { } measure ? $"Last and best: {RunWords.Titled($"{measure.Layer}/{measure.Name}")}"
            + (Wording.IsAccuracy(measure.Name) ? ", in %, on unseen images" : "") + ". " : "Nothing is measured yet. ";
        caption += shown.AllDiffering.Count == 0 ? "All options are the same."
            : "The columns after that are the options in which these runs differ; what departs from the value that most have is marked.";
        if (shown.MoreDiffering > 0)
            caption += $" They differ in {shown.MoreDiffering} more options; the page of each run lists them.";
        return $"""
            <section><h2>Runs</h2>
            <p class='note'>{caption}</p>
            <div class='scroll' tabindex='0' role='group' aria-label='Table of runs'><table class='runs'>
            <thead><tr><th scope='col'>curve</th>{Each(columns, column => Head(column.Id, column.Title))}</tr></thead>
            <tbody>{Each(shown.Groups, group => $"""
                {If(group.Name.Length > 0, $"""
                    <tr class='bunch'><th scope='rowgroup' colspan='{columns.Length + 1}'>{group.Name}: {Together(group.Rows)}</th></tr>
                    """)}
                {Each(group.Rows, row => Row(shown, row, now))}
                """)}</tbody>
            </table></div></section>
            """;

        Html Head(string id, string title) => id.Length == 0 ? $"<th scope='col'>{title}</th>" : (Html)$"""
            <th scope='col'{If(id == "run" || id.Contains(':', StringComparison.Ordinal), $" class='names'")}{
                If(sort.TrimStart('-') == id, $" aria-sort='{(sort.StartsWith('-') ? "descending" : "ascending")}'")}>
            <a href='{shown.Query.SortedBy(id)}'>{title}{(sort == id ? " ↑" : sort == "-" + id ? " ↓" : "")}</a></th>
            """;
    }

    private static string Together(OverviewRow[] rows)
    {
        double[] last = [.. rows.Select(row => row.Last?.Value).OfType<double>()];
        double[] best = [.. rows.Select(row => row.Best?.Value).OfType<double>()];
        string Mean(double[] values) => RunWords.Value(rows[0].Measure, SeedMean.Of(values));
        return Wording.Joined(
            "; ", Wording.Counted(rows.Length, "run"), last.Length > 0 ? $"last {Mean(last)}" : null,
            best.Length > 0 ? $"best {Mean(best)}" : null);
    }

    private static Html Row(Overview shown, OverviewRow row, DateTimeOffset now)
    {
        WatchedRun run = row.Run;
        int line = shown.Lines.Index().Where(one => one.Item.Run.Id == run.Id).Select(one => one.Index).DefaultIfEmpty(-1).First();
        bool chosen = shown.Query.Chosen.Contains(run.Id);
        Html choice = $"""
            <td><input type='checkbox' form='chosen' name='run' value='{run.Id}' aria-label='Draw the curve of {run.Id}'{
                If(chosen, $" checked='checked'")}/>
            {If(line >= 0, $"<span class='line c{line}'>{Letter(line)}</span>")}</td>
            """;
        if (run.Run is not { } read)
        {
            return $"""
                <tr>{choice}<th scope='row'><a href='./?id={Uri.EscapeDataString(run.Id)}'>{run.Id}</a></th><td>{Life(row)}</td>
                <td class='words' colspan='{5 + shown.Differing.Count()}'>{run.Trouble}</td></tr>
                """;
        }

        return $"""
            <tr>{choice}<th scope='row'><a href='./?id={Uri.EscapeDataString(run.Id)}'>{run.Id}</a></th><td>{Life(row)}</td>
            <td>{RunWords.Epochs(run)}</td><td>{RunWords.Left(run.Now(now), now) ?? GridCell.Nothing}</td>
            <td>{read.Manifest.StartedUtc.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture)}</td>
            <td>{RunWords.Value(row.Measure, row.Last)}</td><td>{RunWords.Value(row.Measure, row.Best)}{
                If(row.Best is not null, $" <small>epoch {row.Best?.Epoch ?? 0}</small>")}</td>
            {Each(shown.Differing, option => Option(shown, row, option))}</tr>
            """;
    }

    private static Html Life(OverviewRow row) => $"<span class='life {RunWords.Word(row.Life)}'>{RunWords.Word(row.Life)}</span>";

    private static Html Option(Overview shown, OverviewRow row, string option)
    {
        string value = row.Run.Options.GetValueOrDefault(option, GridCell.Nothing);
        return $"<td class='words{(shown.Departs(row, option) ? " departs" : "")}'>{value}</td>";
    }

    private static Html? Curves(Overview shown)
    {
        if (shown.Measure is not { } measure || shown.Lines.Count == 0)
            return null;
        double factor = Wording.IsAccuracy(measure.Name) ? 100 : 1;
        string title = RunWords.Titled($"{measure.Layer}/{measure.Name}");
        var chart = new LineChart(
            title, "by epoch; the boxes at the left of the table choose the runs, at most eight", "epoch",
            factor == 100 ? "accuracy, %" : title,
            [
                .. shown.Lines.Select((row, i) => new ChartSeries(
                    Letter(i), $"c{i}", false,
                    [
                        .. row.Curve.GroupBy(m => m.Epoch).Select(
                            at => new ChartPoint(at.Key, SeedMean.Of([factor * at.Last().Value]))),
                    ])),
            ])
        {
            Decimals = factor == 100 ? 1 : 4,
        };
        return $"""
            <section><h2>Curves, laid over each other</h2>
            <ul class='legend'>{Each(shown.Lines.Index(), line => $"""
                <li class='c{line.Index}'><i></i> <b>{Letter(line.Index)}</b> {line.Item.Run.Id}</li>
                """)}</ul>
            {Chart.Row("one", [chart])}</section>
            """;
    }

    private static Html? Against(Overview shown)
    {
        OverviewRow[] rows = [.. shown.Rows.Where(row => row.Result is not null)];
        if (shown.Against is not { } option || shown.Measure is not { } measure || rows.Length < 2)
            return null;
        double factor = Wording.IsAccuracy(measure.Name) ? 100 : 1;
        string[] places = Overview.Ordered(rows.Select(Value));
        string title = RunWords.Titled($"{measure.Layer}/{measure.Name}");
        var chart = new ScatterChart(
            $"{title} by {option}",
            $"{(rows[0].Best is null ? "the last" : "the best")} value of each run; the values of the option stand evenly apart. What else "
            + "differs between runs is not taken out", option, factor == 100 ? "accuracy, %" : title, places,
            [.. rows.Select(row => (Array.IndexOf(places, Value(row)), factor * row.Result!.Value, row.Run.Id, Colour(row)))])
        {
            Decimals = factor == 100 ? 1 : 4,
        };
        return $"<section><h2>An option against the result</h2>{Chart.Row("one", [chart])}</section>";

        string Value(OverviewRow row) => row.Run.Options.GetValueOrDefault(option, GridCell.Nothing);

        string Colour(OverviewRow row) => shown.Lines.Index().Where(line => line.Item.Run.Id == row.Run.Id).Select(line => $"c{line.Index}")
            .DefaultIfEmpty("faint").First();
    }

    private static string Letter(int line) => $"{(char)('A' + line)}";
}
