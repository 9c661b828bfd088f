using System.Globalization;
using System.Xml.Linq;
using CsCheck;
using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

public class ChartTests
{
    [Fact]
    public void AxisScale_AnyValues_HoldsThemBetweenNiceTicks() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[1e-6, 1e6], Gen.Int[2, 8]).Sample((low, range, intervals) =>
        {
            AxisScale axis = AxisScale.Around([low, low + range], intervals);
            double mantissa = axis.Step / Math.Pow(10, Math.Floor(Math.Log10(axis.Step) + 1e-9));
            Assert.Contains(Math.Round(mantissa, 6), (double[])[1, 2, 5, 10]);
            double slack = 1e-6 * (range + Math.Abs(low));
            Assert.InRange(low, axis.Minimum - slack, axis.Maximum + slack);
            Assert.InRange(low + range, axis.Minimum - slack, axis.Maximum + slack);
            Assert.InRange(axis.Ticks.Count, 2, (2 * intervals) + 3);
        });

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { 5.0 })]
    [InlineData(new[] { 0.0, 0.0 })]
    public void AxisScale_FlatValues_StillHasAnExtent(double[] values)
    {
        AxisScale axis = AxisScale.Around(values, 4);
        Assert.True(axis.Maximum > axis.Minimum);
        Assert.All(values, value => Assert.InRange(axis.Place(value), 0, 1));
    }

    [Fact]
    public void AxisScale_Whole_HasWholeTicksAndEndsWithTheValues()
    {
        AxisScale axis = AxisScale.Whole([1, 3], 5);
        Assert.Equal([1, 2, 3], axis.Ticks);
        Assert.Equal(240, AxisScale.Whole([1, 240], 5).Maximum);
        Assert.Equal([50, 100, 150, 200], AxisScale.Whole([1, 240], 5).Ticks);
    }

    [Theory]
    [InlineData(0.05, 0.1, "0.10")]
    [InlineData(20, 40, "40")]
    [InlineData(0.0005, -0.001, "−0.0010")]
    [InlineData(5000, 15000, "15\u202F000")]
    [InlineData(5e6, -1.5e7, "−1.5e7")]
    public void AxisScale_Label_HasTheDecimalsOfTheStep(double step, double tick, string expected) =>
        Assert.Equal(expected, new AxisScale(-2 * step, 4 * step, step).Label(tick));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public void LineChart_AnyNumberOfPoints_DrawsInsideThePlot(int count)
    {
        var chart = new LineChart("T", "", "epoch", "y",
        [
            new("first", "early", false, Points(count, i => Math.Sin(i) * 1e3)),
            new("second", "last", true, Points(count, i => -i)),
        ]) { Marks = ([0], "here") };
        PlotArea area = chart.Area;
        XElement figure = Figure(chart);
        double[][] drawn =
        [
            .. figure.Descendants("polyline").Concat(figure.Descendants("polygon")).SelectMany(
                line => ((string)line.Attribute("points")!).Split(' ').Select(Numbers)),
            .. figure.Descendants("circle").Select(dot => (double[])[Number(dot, "cx"), Number(dot, "cy")]),
        ];
        Assert.NotEmpty(drawn);
        Assert.All(drawn, point =>
        {
            Assert.InRange(point[0], area.Left - 0.01, area.Right + 0.01);
            Assert.InRange(point[1], area.Top - 0.01, area.Floor + 0.01);
        });
        Assert.InRange(drawn.Length, 1, 4000);
        Assert.InRange(figure.Descendants("tbody").Single().Elements().Count(), 1, 62);
    }

    [Fact]
    public void LineChart_LinesThatEndTogether_HaveNamesApart()
    {
        var chart = new LineChart(
            "T",
            "",
            "epoch",
            "y",
            [.. Enumerable.Range(0, 4).Select(i => new ChartSeries($"s{i}", "early", false, Points(3, x => x + (i * 1e-3))))]);
        double[] heights =
            [
                .. Figure(chart).Descendants("text").Where(text => (string)text.Attribute("class")! == "name")
                    .Select(text => Number(text, "y")).Order(),
            ];
        Assert.Equal(4, heights.Length);
        Assert.All(heights.Zip(heights.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 13.9));
        Assert.InRange(heights[^1], 0, chart.Height);
    }

    [Fact]
    public void LineChart_HigherValue_IsDrawnHigher()
    {
        PlotArea area = new LineChart("T", "", "epoch", "y", [new("s", "early", false, Points(3, i => i))]).Area;
        Assert.True(area.PlaceY(2) < area.PlaceY(1));
        Assert.True(area.PlaceX(2) > area.PlaceX(1));
    }

    [Fact]
    public void DotChart_Summary_DrawsEachNumberInsideThePicture()
    {
        ResultTable table = Summary.Of(
            ResultTable.Of(ReportSamples.Group(ReportSamples.Run(1), ReportSamples.Run(2, shift: 0.1)), "default"));
        var chart = new DotChart(table, Measure.LinearAccuracy, "T", "n");
        XElement[] dots = [.. Figure(chart).Descendants("circle")];
        Assert.Equal((2 * 4) + 2, dots.Length); // untrained and before in four layers, control and UMM in one
        Assert.All(dots, dot =>
        {
            Assert.InRange(Number(dot, "cx"), 62, 460);
            Assert.InRange(Number(dot, "cy"), 8, chart.Height - 36);
        });
    }

    private static XElement Figure(Chart chart) => XElement.Parse(chart.Render().ToString());

    private static ChartPoint[] Points(int count, Func<int, double> value) =>
        [.. Enumerable.Range(0, count).Select(i => new ChartPoint(i, new SeedMean(value(i), 0.5, 2)))];

    private static double[] Numbers(string text) => [.. text.Split(',').Select(part => double.Parse(part, CultureInfo.InvariantCulture))];

    private static double Number(XElement element, string attribute) =>
        double.Parse((string)element.Attribute(attribute)!, CultureInfo.InvariantCulture);
}
