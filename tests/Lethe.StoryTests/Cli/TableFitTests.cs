using Lethe.Cli;
using Spectre.Console;

namespace Lethe.Tests.Cli;

public sealed class TableFitTests
{
    private static readonly string[] groups = ["", "linear", "linear", "linear", "linear", "kNN", "kNN", "kNN", "kNN", "ΔR", "ΔR", "ΔR", "ΔR"];

    [Theory]
    [InlineData(200, 1)]
    [InlineData(80, 3)]
    [InlineData(60, 3)]
    [InlineData(40, 6)]
    public void Parts_NarrowScreen_KeepNumbersWholeAndGroupsTogether(int columns, int parts)
    {
        using var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = columns;
        IReadOnlyList<Table> found = TableFit.Parts(Sample(), console, groups);
        Assert.Equal(parts, found.Count);
        foreach (Table table in found)
            console.Write(table);
        string text = output.ToString();
        Assert.DoesNotContain("…", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd().Length <= columns, line));
        for (int i = 1; i < groups.Length; i++)
            Assert.Contains($"{1000 + i}.5", text, StringComparison.Ordinal);
        Assert.Equal(parts, text.Split("projector").Length - 1);
        if (columns >= 60)
            Assert.All(groups.Distinct().Skip(1), group => Assert.Single(found, table => Headers(table).Contains(group, StringComparison.Ordinal)));
    }

    private static string Headers(Table table)
    {
        using var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = 200;
        console.Write(table);
        return output.ToString();
    }

    private static Table Sample()
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        for (int i = 1; i < groups.Length; i++)
            table.AddColumn(new TableColumn($"{groups[i]}\nstate{i}").RightAligned());
        return table.AddRow(["projector", .. Enumerable.Range(1, groups.Length - 1).Select(i => $"{1000 + i}.5")]);
    }
}
