using System.Globalization;
using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Watching;

/// <summary>The table of several runs in words, for a terminal and for files: what they are at, their numbers, where their options differ.
/// </summary>
internal static class OverviewGrid
{
    private const string Departing = " *", DataName = "data.data";

    /// <summary>Makes the table.</summary>
    /// <param name="shown">The runs.</param>
    /// <param name="now">The moment.</param>
    /// <param name="plain">Whether every option that differs has a column, and no mark stands in it: for programs.</param>
    public static Grid Of(Overview shown, DateTimeOffset now, bool plain)
    {
        // Method and data have columns of their own, whether they differ or not.
        string[] differing = [.. (plain ? shown.AllDiffering : shown.Differing).Where(
            option => option is not (Overview.MethodName or DataName))];
        (GridColumn Head, Func<OverviewRow, GridCell> Cell)[] columns =
        [
            Words("run", row => row.Run.Id),
            Words("state", row => RunWords.Word(row.Life)),
            Words("heard", row => row.Run.Now(now) is { } part
                ? plain ? part.HeardUtc.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : RunWords.Ago(now - part.HeardUtc)
                : null),
            Words("epochs", row => row.Run.Run is null ? null : RunWords.Epochs(row.Run)),
            Words("left", row => RunWords.Left(row.Run.Now(now), now)),
            Words("method", row => row.Run.Options.GetValueOrDefault(Overview.MethodName)),
            Words("data", row => row.Run.Run?.Manifest.Data.Source),
            Words("last", row => Value(row, row.Last)),
            Words("best", row => Value(row, row.Best)),
            Words("best epoch", row => row.Best is { } best ? Invariant($"{best.Epoch}") : null),
            .. differing.Select(option => Words(plain ? option : option.Split('.')[^1], row =>
                row.Run.Options.GetValueOrDefault(option) + (!plain && shown.Departs(row, option) ? Departing : ""))),
        ];
        string title = shown.Measure is not { } measure || plain ? ""
            : $"Last and best: {RunWords.Titled($"{measure.Layer}/{measure.Name}")}"
            + (Wording.IsAccuracy(measure.Name) ? ", in %, on unseen images" : "");
        return Grid.Of(title, 2, shown.Rows, columns) with
        {
            Notes = plain || shown.AllDiffering.Count == 0 ? [] :
            [
                "The columns after 'best epoch' are the options in which these runs differ; * departs from the value that most have."
                    + (shown.MoreDiffering > 0 ? $" They differ in {shown.MoreDiffering} more." : ""),
            ],
        };

        string Value(OverviewRow row, Measurement? found) => !plain ? RunWords.Value(row.Measure, found)
            : found?.Value.ToString("R", CultureInfo.InvariantCulture) ?? "";
    }

    private static (GridColumn Head, Func<OverviewRow, GridCell> Cell) Words(string title, Func<OverviewRow, string?> text) =>
        (new GridColumn(title), row => new GridCell(text(row) is { Length: > 0 } said ? said : ""));
}
