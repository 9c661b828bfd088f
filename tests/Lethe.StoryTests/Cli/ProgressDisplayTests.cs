using Lethe.Cli;
using Lethe.Workflow;

namespace Lethe.Tests.Cli;

public sealed class ProgressDisplayTests
{
    private static readonly WorkflowProgress training =
        new("pre-training", 1234, 98765, "152 images/s  epoch 123 of 1000  loss 4.123  waiting 3 %");

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(140)]
    public void Line_AtAnyWidth_ShowsTimeLeftAndFits(int columns)
    {
        string line = ProgressDisplay.Line(training, new TimeSpan(13, 2, 3), columns - 1);
        Assert.True(line.Length < columns, line);
        Assert.StartsWith("pre-training ", line, StringComparison.Ordinal);
        Assert.Contains("13:02:03 left", line, StringComparison.Ordinal);
        if (columns >= 60)
            Assert.Contains("152 images/s", line, StringComparison.Ordinal);
        if (columns >= 80)
            Assert.Contains("epoch 123 of 1000", line, StringComparison.Ordinal);
        if (columns >= 140)
            Assert.EndsWith("1234/98765", line, StringComparison.Ordinal);

        // A part is shown whole or not at all.
        Assert.All(
            line.Split("  ", StringSplitOptions.RemoveEmptyEntries).Skip(2),
            part => Assert.Contains(part, "13:02:03 left  152 images/s  epoch 123 of 1000  loss 4.123  waiting 3 %  1234/98765", StringComparison.Ordinal));
    }

    [Fact]
    public void Line_NoTerminal_IsWholeAndHasNoBar()
    {
        string line = ProgressDisplay.Line(training, TimeSpan.FromDays(3.5), null);
        Assert.Equal("pre-training   1 %  3.5 days left  152 images/s  epoch 123 of 1000  loss 4.123  waiting 3 %  1234/98765", line);
        Assert.Equal("reading  photos", ProgressDisplay.Line(new WorkflowProgress("reading", 0, 0, "photos"), null, null));
    }

    [Fact]
    public void Report_NoTerminal_SaysALineForEachStageAndTheEnd()
    {
        using var output = new StringWriter();
        using var display = new ProgressDisplay(output, terminal: false, colour: false, () => 80);
        for (int i = 0; i <= 1000; i++)
            display.Report(new WorkflowProgress("embedding", i, 1000, ""));
        display.Report(new WorkflowProgress("evaluating", 0, 4, "before"));
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.DoesNotContain("\x1b", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(200, 10)]
    [InlineData(36000, 60)]
    public void Between_TheLongerItTakes_IsLonger(double soFar, double between) =>
        Assert.Equal(TimeSpan.FromSeconds(between), ProgressDisplay.Between(TimeSpan.FromSeconds(soFar)));

    [Theory]
    [InlineData(152.4, "152 images/s")]
    [InlineData(3.42, "3.4 images/s")]
    [InlineData(0.4, "2.5 s an image")]
    [InlineData(0.001, "1000.0 s an image")]
    [InlineData(0, "")]
    [InlineData(double.NaN, "")]
    [InlineData(double.PositiveInfinity, "")]
    public void Pace_AnyRate_NeverReadsAsZero(double rate, string words) => Assert.Equal(words, Pace.Words(rate));
}
