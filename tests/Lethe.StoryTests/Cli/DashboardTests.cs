using Lethe.Cli;
using Lethe.Workflow;

namespace Lethe.Tests.Cli;

/// <summary>What a terminal shows of a training.</summary>
public sealed class DashboardTests
{
    private static WorkflowProgress Step(long done, double loss) => new("pre-training", done, 100, "152 images/s  epoch 3 of 10  loss")
    {
        Left = TimeSpan.FromSeconds(90), Step = new StepReading("epoch 3 of 10", loss, 152, 0.31),
    };

    [Fact]
    public void Report_Training_ShowsFourLinesAndGoesBackOverThem()
    {
        using var output = new StringWriter();
        using (var display = new ProgressDisplay(output, terminal: true, colour: false, () => 100, () => 40))
        {
            display.Report(Step(40, 5));
            string[] lines = output.ToString().Split('\n');
            Assert.Equal(4, lines.Length);
            Assert.StartsWith("pre-training ━", lines[0], StringComparison.Ordinal);
            Assert.Contains("1:30 left", lines[0], StringComparison.Ordinal);
            Assert.Equal("  epoch 3 of 10   152 images/s", lines[1]);
            Assert.StartsWith("  loss     5 ", lines[2], StringComparison.Ordinal);
            Assert.Contains("31", lines[3], StringComparison.Ordinal);
            Assert.Contains("███░░░░░░░", lines[3], StringComparison.Ordinal);

            display.Report(new WorkflowProgress("", 0, 0, "", "Warning, epoch 3: it collapsed."));
            Assert.Contains("\r\x1b[3A\x1b[0JWarning, epoch 3: it collapsed.", output.ToString(), StringComparison.Ordinal);
            output.GetStringBuilder().Clear();
            display.Report(Step(100, 4));
            lines = output.ToString().Split('\n');
            Assert.Equal("  1 warning, the last: Warning, epoch 3: it collapsed.", lines[4]);
            Assert.Contains("█▁  lowest 4", lines[2], StringComparison.Ordinal);
        }

        Assert.EndsWith("\r\x1b[4A\x1b[0J", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 50, 40)]
    [InlineData(true, 100, 8)]
    [InlineData(false, 100, 40)]
    public void Report_SmallScreenOrNone_IsOneLine(bool terminal, int columns, int rows)
    {
        using var output = new StringWriter();
        using var display = new ProgressDisplay(output, terminal, colour: false, () => columns, () => rows);
        display.Report(Step(1, 5));
        Assert.DoesNotContain('\n', output.ToString().TrimEnd());
        Assert.Contains("pre-training", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6, 7, 8 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new[] { 8.0, 8, 1, 1 }, 2, "█▁")]
    [InlineData(new[] { 3.0, 3 }, 9, "▁▁")]
    [InlineData(new double[0], 9, "")]
    public void Course_OfNumbers_IsFromTheLowestToTheHighest(double[] values, int width, string course) => Assert.Equal(course, Dashboard.Course(values, width));

    [Fact]
    public void Lines_AtAnyWidth_Fit()
    {
        var dashboard = new Dashboard();
        dashboard.Hear("Warning: " + new string('x', 300));
        for (int i = 0; i < 5000; i++)
            dashboard.Take(new StepReading("epoch 1 of 2", 1e6 / (i + 1), 3.3, 0.5));
        foreach (int columns in new[] { Dashboard.FewestColumns, 80, 200 })
            Assert.All(dashboard.Lines(new StepReading("epoch 1 of 2", 1.5, 3.3, 0.5), columns), line => Assert.True(line.Length <= columns, line));
    }
}
