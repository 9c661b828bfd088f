using Lethe.Results;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>A grid as part of a page.</summary>
internal static class HtmlGrid
{
    /// <summary>The table alone, with classes of the style sheet.</summary>
    public static Html Table(Grid grid, string style = "")
    {
        string[] groups = [.. grid.Columns.Select(column => column.Group)];
        string name = grid.Title.Length > 0 ? grid.Title : "Numbers";
        return $"""

            <div class='scroll' tabindex='0' role='group' aria-label='{name}'><table{Styled(style)}>
              <thead>
                {If(groups.Any(group => group.Length > 0), $"<tr>{Each(Enumerable.Range(0, groups.Length).Where(Starts), Span)}</tr>")}
                <tr>{Each(grid.Columns.Index(), at =>
                    $"<th{Styled(at.Index < grid.Names ? "names" : First(at.Index))} scope='col'>{at.Item.Title}</th>")}</tr>
              </thead>
              <tbody>{Each(grid.Rows, row => $"""

                <tr{Styled(row.Style)}>{row.Cells.Select(Cell)}</tr>
                """)}
              </tbody>
            </table></div>
            """;

        bool Starts(int i) => groups[i].Length == 0 || i == 0 || groups[i - 1] != groups[i];

        string First(int i) => groups[i].Length > 0 && Starts(i) ? "first" : "";

        Html Span(int i)
        {
            if (groups[i].Length == 0) return $"<td></td>";
            int columns = groups.Skip(i).TakeWhile(group => group == groups[i]).Count();
            return $"<th class='span first' scope='colgroup' colspan='{columns}'>{groups[i]}</th>";
        }

        Html Cell(GridCell cell, int i)
        {
            if (i < grid.Names) return $"<th scope='row'>{cell.Text}</th>";
            Html text = cell.IsClear ? (Html)$"<b>{cell.Text}</b>" : $"{cell.Text}";
            return $"<td{Styled($"{First(i)} {grid.Columns[i].Style}")}>{text}{Each(cell.Beside, line => $"<small>{line}</small>")}</td>";
        }
    }

    /// <summary>The table in a box, between what to know first and how to read it.</summary>
    public static Html Box(Grid grid, string style) => $"""

        <div class='wide'>
        {If(grid.Title.Length > 0, $"<h3>{grid.Title}</h3>")}
        {Each(grid.Lead, text => $"<p class='note'>{text}</p>")}
        {Table(grid, style)}
        {Each(grid.Notes, text => $"<p class='note below'>{text}</p>")}
        </div>
        """;

    private static Html? Styled(string style) => If(style.Trim().Length > 0, $" class='{style.Trim()}'");
}
