using System.Xml.Linq;
using Lethe.Cli;
using Lethe.Reporting;
using Lethe.Results;

namespace Lethe.Tests.Reporting;

/// <summary>One grid, as each writer has it.</summary>
public class GridWriterTests
{
    private static readonly Grid grid = new(
        "T|t",
        1,
        [new("state"), new("%", "linear") { Name = "linear, %" }, new("− control", "linear") { Style = "umm" }, new("rank", "other")],
        [
            new([new("<a>|b"), new("77.3") { Beside = ["± 0.7"] }, new("+2.30", true) { Beside = ["[+2.10, +2.50]", "p < 0.001"] }, new("17")], "stage-umm"),
            GridRow.Of("c, \"d\"\ne", "–", "", "1"),
        ])
    {
        Lead = ["lead & all"], Notes = ["first | note", "[second]"],
    };

    [Fact]
    public void Markdown_Grid_HasTitleLeadTableAndNotes() => Assert.Equal(
        """
        **T\|t**

        lead & all

        | state | linear, % | − control | rank |
        | --- | --: | --: | --: |
        | <a>\|b | 77.3 ± 0.7 | **+2.30** [+2.10, +2.50] p < 0.001 | 17 |
        | c, "d" e | – |  | 1 |

        first \| note

        [second]

        – is what was not measured there, or, of a difference, what so few seeds do not give.

        """.ReplaceLineEndings("\n"),
        MarkdownGrid.Render([grid]));

    [Fact]
    public void Markdown_SeveralGrids_StandApart()
    {
        var plain = new Grid("", 1, [new("x")], [GridRow.Of("1")]);
        Assert.Equal("| x |\n| --- |\n| 1 |\n\n| x |\n| --- |\n| 1 |\n", MarkdownGrid.Render([plain, plain]));
    }

    [Fact]
    public void Csv_Grid_HasNamesAndRowsAndQuotesWhatNeedsIt() => Assert.Equal(
        "state,\"linear, %\",− control,rank\n<a>|b,77.3,+2.30,17\n\"c, \"\"d\"\"\ne\",–,,1\n",
        CsvGrid.Render(grid));

    [Fact]
    public void Latex_Grid_HasGroupsAndEscapes() => Assert.Equal(
        """
        % \usepackage{booktabs}
        \begin{table}
        \centering
        \caption{T$|$t. lead \& all}
        \begin{tabular}{lrrr}
        \toprule
         & \multicolumn{2}{c}{linear} & \multicolumn{1}{c}{other} \\
        \cmidrule(lr){2-3}\cmidrule(lr){4-4}
        state & \% & $-$ control & rank \\
        \midrule
        $<$a$>$$|$b & 77.3 {\footnotesize $\pm$ 0.7} & \textbf{+2.30} {\footnotesize [+2.10, +2.50]} {\footnotesize p $<$ 0.001} & 17 \\
        c, "d" e & -- &  & 1 \\
        \bottomrule
        \end{tabular}
        \par\smallskip\footnotesize first $|$ note [second] -- is what was not measured there, or, of a difference, what so few seeds do not give.
        \end{table}

        """.ReplaceLineEndings("\n"),
        LatexGrid.Render([grid]));

    [Theory]
    [InlineData("\\a{b}_50 % & #1 ~^", "\\textbackslash{}a\\{b\\}\\_50 \\% \\& \\#1 \\textasciitilde{}\\textasciicircum{}")]
    [InlineData("ΔR ε² = 0.5 – α", "$\\Delta$R $\\varepsilon$$^2$ = 0.5 -- $\\alpha$")]
    public void Latex_AnyText_IsSetAsItStands(string text, string written) => Assert.Equal(written, LatexGrid.Escaped(text));

    [Fact]
    public void Html_Grid_SpansGroupsAndEscapes()
    {
        XElement page = XElement.Parse(HtmlGrid.Box(grid, "summary").ToString());
        Assert.Equal("wide", (string?)page.Attribute("class"));
        Assert.Equal("T|t", page.Element("h3")!.Value);
        Assert.Equal(["lead & all", "first | note", "[second]", GridCell.AboutNothing], page.Elements("p").Select(text => text.Value));
        XElement table = page.Descendants("table").Single();
        XElement[] heads = [.. table.Element("thead")!.Elements()];
        Assert.Equal(
            [("", null), ("linear", "2"), ("other", "1")],
            heads[0].Elements().Select(cell => (cell.Value, (string?)cell.Attribute("colspan"))));
        Assert.Equal(
            [("state", "names"), ("%", "first"), ("− control", null), ("rank", "first")],
            heads[1].Elements().Select(cell => (cell.Value, (string?)cell.Attribute("class"))));
        XElement row = table.Element("tbody")!.Elements().First();
        Assert.Equal("stage-umm", (string?)row.Attribute("class"));
        Assert.Equal("<a>|b", row.Element("th")!.Value);
        XElement clear = row.Elements().ElementAt(2);
        Assert.Equal(("umm", "+2.30"), ((string?)clear.Attribute("class"), clear.Element("b")!.Value));
        Assert.Equal(["[+2.10, +2.50]", "p < 0.001"], clear.Elements("small").Select(line => line.Value));
    }

    [Fact]
    public void Html_GridWithoutGroups_HasOneHead()
    {
        XElement table = XElement.Parse(HtmlGrid.Table(new Grid("", 1, [new("x"), new("y")], [GridRow.Of("a", "1")])).ToString());
        Assert.Single(table.Descendants("thead").Single().Elements());
        Assert.All(table.Descendants("td"), cell => Assert.Null(cell.Attribute("class")));
    }

    [Fact]
    public void Terminal_Grid_ShowsEverythingAsItStands()
    {
        using StringWriter output = new(), error = new();
        GridView.Show(grid, new Terminal(output, error, errorIsTerminal: false));
        string shown = error.ToString();
        Assert.StartsWith("T|t\nlead & all\n", shown.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.All(
            ["<a>|b", "77.3 ± 0.7", "+2.30 [+2.10, +2.50] p < 0.001", "first | note", "[second]"],
            text => Assert.Contains(text, shown, StringComparison.Ordinal));
        Assert.Empty(output.ToString());
    }
}
