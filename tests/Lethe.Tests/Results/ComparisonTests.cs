using System.Globalization;
using System.Xml.Linq;
using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Tests.Results;

public class ComparisonTests
{
    // Not in proportion to the seed, so that a wrong pairing changes the spread of the differences.
    private static readonly double[] gains = [0, 0.01, 0.04, 0.02];

    [Fact]
    public void Of_SeedsOfOneSetting_HoldsUmmAgainstItsControlAndBefore()
    {
        Comparison table = Table([Run(1), Run(2), Run(3)]);
        Assert.Equal(["untrained", "before", "control", "UMM default"], table.Table.Entrants.Select(entrant => entrant.Name));
        Assert.Equal(
            ["linear probe, accuracy", "kNN probe, accuracy", "ΔR unseen", "linear, accuracy", "semi, fine-tuned, 1 % of the labels, accuracy"],
            table.Table.Keys.Select(key => key.Name));
        ResultKey linear = Row(table, "linear, accuracy");
        Assert.Equal(SeedMean.Of([0.5 + 0.01, 0.5 + 0.02, 0.5 + 0.03]), Cell(table, linear, 1)!.Value);
        Assert.Equal(
            ["control − before", "UMM default − control", "UMM default − before"],
            Differences(table, linear).Select(difference => difference.What));
        PairedDifference expected = PairedDifference.Of([0, 0, 0], gains[1..]);
        PairedDifference found = Differences(table, linear)[^1].Difference!;
        Assert.Equal(
            (3, expected.Mean, expected.Deviation!.Value, expected.Low!.Value),
            (found.Count, found.Mean, found.Deviation!.Value, found.Low!.Value), Near);
        Assert.Empty(table.Notes);
        Assert.Contains("linear: how linear was done.", table.Grids()[0].Notes);
        Assert.Contains("ΔR unseen: m = 512, d = 64, ε² = 0.5.", table.Grids()[0].Notes);
    }

    [Fact]
    public void Of_SeveralFamilies_CorrectsEachForItsOwnTests()
    {
        Comparison table = Table([Run(1), Run(2), Run(3)]);
        string[] families = [.. table.Pairs.Where(pair => pair.Difference is not null).Select(pair => pair.Key.Family).Distinct()];
        Assert.Equal(["accuracy, fitted on unseen images", "measures that are no accuracy", "linear"], families);
        foreach (string family in families)
        {
            PairedDifference[] tested = [.. table.Pairs.Where(pair => pair.Key.Family == family).Select(pair => pair.Difference!)];
            int tests = tested.Count(one => one.P is not null);
            Assert.All(tested.Where(one => one.P is not null), one => Assert.Equal(tests, one.Tests));
            Grid grid = Assert.Single(table.Grids(), one => one.Title.StartsWith($"Differences, paired by seed: {family},", StringComparison.Ordinal));
            Assert.Equal(tested.Length, grid.Rows.Count);
        }
    }

    [Fact]
    public void Of_OneSeed_ShowsTheIntervalOfTheRecord()
    {
        Comparison table = Table([Run(1)]);
        ResultKey linear = Row(table, "linear, accuracy");
        Assert.Equal("51.0 [41.0, 61.0]", table.Grids()[0].Rows[table.Table.Keys.ToList().IndexOf(linear)].Cells[2].Text);
        Assert.Equal(MeanErrorOrigin.Sampling, Differences(table, linear)[0].Difference!.Error!.Origin);
    }

    [Fact]
    public void Of_TwoSettingsInAnotherOrder_PairsByTheSeed()
    {
        Comparison table = Table([Run(1), Run(2), Run(3), Run(3, "BYOL", 0.1), Run(1, "BYOL", 0.1)], new() { Baseline = "a BEFORE" });
        Assert.Contains("B UMM default", table.Table.Entrants.Select(entrant => entrant.Name));
        ResultKey linear = Row(table, "linear, accuracy");
        PairedResult before = Differences(table, linear).Single(difference => difference.Entrant == "B before");
        Assert.Equal((2, 0.1, 0.0), (before.Difference!.Count, before.Difference.Mean, before.Difference.Deviation!.Value), Near);
        PairedResult umm = Differences(table, linear).Single(difference => difference.Entrant == "B UMM default");
        Assert.Equal(0.1 + ((gains[1] + gains[3]) / 2), umm.Difference!.Mean, 1e-12);
        Assert.DoesNotContain(Differences(table, linear), difference => difference.Entrant == "A before");
    }

    [Fact]
    public void Of_OtherImages_LeavesTheDifferenceOutAndSaysSo()
    {
        ReportRun other = Run(1, "BYOL");
        other = other with { Manifest = other.Manifest with { Data = other.Manifest.Data with { Fingerprint = "beef" } } };
        Comparison table = Table([Run(1), other], new() { Baseline = "A before" });
        Assert.DoesNotContain(Differences(table, Row(table, "kNN probe, accuracy")), difference => difference.Entrant == "B before");
        Assert.Contains(
            table.Notes,
            note => note.StartsWith("B before − A before is left out of", StringComparison.Ordinal) && note.Contains(
                "beef and 00ff", StringComparison.Ordinal));
        Assert.NotNull(Cell(table, Row(table, "kNN probe, accuracy"), 0));

        // These records say by themselves what they were measured on.
        Assert.Contains(Differences(table, Row(table, "linear, accuracy")), difference => difference.Entrant == "B before");
    }

    [Fact]
    public void Of_OtherSettings_LeavesTheDifferenceOutAndSaysSo()
    {
        ReportRun run = Run(1);
        Comparison table = Table([Changed(run, record => record with { Settings = "otherwise" })]);
        PairedResult left = Assert.Single(Differences(table, Row(table, "linear, accuracy")));
        Assert.Equal("control", left.Baseline);
        Assert.Contains(
            table.Notes,
            note => note.Contains("different settings", StringComparison.Ordinal) && note.Contains(
                "UMM default − before", StringComparison.Ordinal));

        ReportRun fewer = Changed(run, record => record with { ProbeCount = 7 });
        Assert.Contains(Table([fewer]).Notes, note => note.Contains("fitted on 10 and 7", StringComparison.Ordinal));
        Comparison mixed = Table(
            [run, Changed(Run(2), record => record with { Settings = "otherwise" })]);
        Assert.Null(Cell(mixed, Row(mixed, "linear, accuracy"), 1));
        Assert.Contains(mixed.Notes, note => note.StartsWith("The mean of before is left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_Layers_AreTheLastTheChosenOrAll()
    {
        Assert.Equal(["layer4"], Table([Run(1)]).Table.Keys.Select(key => key.Layer).Distinct());
        Assert.Equal(["stem"], Table([Run(1)], new() { Layer = "stem" }).Table.Keys.Select(key => key.Layer));
        Comparison all = Table([Run(1)], new() { EveryLayer = true });
        Assert.Equal(
            ["stem", "layer4"], all.Table.Keys.Where(key => key is { Protocol: "linear" }).Select(key => key.Layer));
        Assert.Equal("layer", all.Grids()[0].Columns[1].Title);
    }

    [Fact]
    public void Of_ChosenUndos_LeavesTheOthersOut()
    {
        ReportRun run = Run(1);
        ReportUndo second = new(
            "beta-0",
            run.Undos[0].Manifest) { Evaluations = [.. run.Undos[0].Evaluations.Where(record => record.Stage == EvaluationStage.Umm)] };
        run = run with { Undos = [.. run.Undos, second] };
        Assert.Equal(2, Table([run]).Table.Entrants.Count(entrant => entrant.Stage == EvaluationStage.Umm));
        Comparison table = Table([run], new() { Undos = ["beta-0"] });
        Assert.Equal(["untrained", "before", "control", "UMM beta-0"], table.Table.Entrants.Select(entrant => entrant.Name));
        Assert.Contains(Differences(table, Row(table, "linear, accuracy")), difference => difference.Baseline == "control");
    }

    [Fact]
    public void Lines_OneSeed_HaveEachNumberOnceWithAllItsDigits()
    {
        Comparison table = Table([Run(1)]);
        string[][] lines = [.. table.Lines().Rows.Select(row => row.Cells.Select(cell => cell.Text).ToArray())];
        Assert.All(lines, line => Assert.Equal(table.Lines().Columns.Count, line.Length));

        // Of what was reached: the interval that the record states, and no deviation.
        double before = 0.5 + 0.01;
        Assert.Equal(
            ["semi", "accuracy", "fine-tuned", "", "0.01", "false", "layer4", "before", "", "1", Exact(before), "", Exact(before - 0.1), Exact(before + 0.1), "", "", "", "", ""],
            Assert.Single(lines, line => line[0] == "semi"));

        // 0.52 − 0.515 of 20 test images, whose sampling error is some 0.16.
        string[] difference = Assert.Single(lines, line => line[0] == "linear" && line[8] == "control");
        Assert.Equal((before + gains[1]) - (before + 0.005), double.Parse(difference[10], CultureInfo.InvariantCulture));
        PairedDifference of = Differences(table, Row(table, "linear, accuracy"))[1].Difference!;
        Assert.Equal(
            [
                "UMM default", "control", "1", difference[10], "", Exact(of.Low!.Value), Exact(of.High!.Value), Exact(of.P!.Value), "false",
                Exact(of.PHolm!.Value), $"{of.Tests}", Exact(of.VisibleFrom!.Value),
            ],
            difference[7..]);
        Assert.Equal(table.Pairs.Count(pair => pair.Difference is not null), lines.Count(line => line[8].Length > 0));
    }

    [Fact]
    public void Of_WhatCannotBe_SaysWhatCan()
    {
        string Wrong(ComparisonOptions options) => Assert.Throws<InvalidOptionException>(() => Table([Run(1)], options)).Message;
        Assert.Contains(
            "Use one of 'untrained', 'before', 'control', 'UMM default'", Wrong(new() { Baseline = "after" }), StringComparison.Ordinal);
        Assert.Contains("Use one of stem, layer4", Wrong(new() { Layer = "layer9" }), StringComparison.Ordinal);
        Assert.Contains("one or several of default", Wrong(new() { Undos = ["frob"] }), StringComparison.Ordinal);
        Assert.Contains("--every-layer", Wrong(new() { Layer = "stem", EveryLayer = true }), StringComparison.Ordinal);
        Assert.Contains(
            "same options and seed 1",
            Assert.Throws<InvalidOptionException>(() => Table([Run(1), Run(1)])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "lethe evaluate bare",
            Assert.Throws<RunException>(() => Table([Run(1), new ReportRun("bare", ReportSamples.Manifest(2))])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Names_AreEscapedInMarkdownAndPage()
    {
        ReportRun run = Run(1) with { Evaluations = [Record(EvaluationStage.Before, "transfer", 0.5) with { Target = "<a>|b" }] };
        Comparison table = Table([run, Run(2)]);
        string markdown = MarkdownGrid.Render(table.Grids());
        Assert.Contains("<a>\\|b", markdown, StringComparison.Ordinal);
        Assert.Contains("| UMM default − control |", markdown, StringComparison.Ordinal);
        string page = ComparisonPage.Render(table, "lethe compare 'a&b'");
        XElement html = XDocument.Parse(page).Root!;
        Assert.Equal("lethe compare 'a&b'", html.Descendants("pre").Single().Value);
        Assert.Contains(html.Descendants("th"), cell => cell.Value.Contains("<a>|b", StringComparison.Ordinal));

        // What was measured, and the differences of its families: accuracies, ΔR, and each protocol with a pair.
        Assert.Equal(table.Grids().Count, html.Descendants("table").Count());
    }

    /// <summary>What is clear stands first, with what letters mean, and a figure of each kind; all of it agrees with the tables.</summary>
    [Fact]
    public void Render_TwoSettings_BeginsWithVerdictLettersAndFigures()
    {
        ReportRun[] runs = [.. Enumerable.Range(1, 4).SelectMany(seed => (ReportRun[])
        [
            ReportSamples.WithHits(ReportSamples.Run((ulong)seed, 0.06, 0.01)),
            ReportSamples.WithHits(ReportSamples.Run((ulong)seed, 0.001, 0.001, method: "BYOL")),
        ])];
        Comparison table = Table(runs);
        XElement page = XDocument.Parse(ComparisonPage.Render(table, "lethe compare")).Root!;
        XElement header = page.Descendants("header").Single();
        int tested = table.Pairs.Count(pair => pair.Difference?.P is not null), clear = table.Pairs.Count(pair => pair.Difference?.IsClear == true);
        Assert.InRange(clear, 1, tested - 1);
        Assert.Equal($"{clear} of {tested}\u00A0differences are clear.", header.Descendants("h1").Single().Value);
        foreach (string title in table.Table.Entrants.Select(entrant => entrant.Group).Distinct())
            Assert.Contains(header.Descendants("b"), one => one.Value == title);
        string story = header.Value;
        Assert.Contains("A UMM default − A control in linear accuracy, +", story, StringComparison.Ordinal);
        Assert.Contains("--baseline 'A before'", story, StringComparison.Ordinal);

        // Each number of a figure stands in the tables too.
        XElement[] figures = [.. page.Descendants("section").Single(one => (string?)one.Attribute("id") == "figures").Descendants("figure")];
        Assert.Equal(4, figures.Length);
        string tables = string.Join(' ', page.Descendants("td").Select(cell => cell.Value));
        foreach (XElement dot in figures.SelectMany(figure => figure.Descendants("title")))
        {
            string number = dot.Value.Split(": ", 2)[1].Split(" [")[0];
            Assert.Contains(number, tables, StringComparison.Ordinal);
        }

        // A filled dot is a bold number.
        XElement[] filled = [.. figures.Where((_, i) => i % 2 == 1).SelectMany(figure => figure.Descendants("g"))
            .Where(one => !((string)one.Attribute("class")!).Contains("dashed", StringComparison.Ordinal))];
        Assert.All(filled, one => Assert.EndsWith(", clear", one.Descendants("title").Single().Value, StringComparison.Ordinal));
        Assert.NotEmpty(filled);
    }

    [Fact]
    public void Verdict_NothingClear_SaysWhatCouldHaveBeenSeen()
    {
        Comparison table = Table([.. Enumerable.Range(1, 3).Select(seed => ReportSamples.WithHits(ReportSamples.Run((ulong)seed, 0.001, 0.001)))]);
        Assert.StartsWith("None of ", ComparisonVerdict.Of(table), StringComparison.Ordinal);
        string said = string.Join(' ', ComparisonVerdict.Sentences(table));
        Assert.Contains("points in kNN accuracy would have become clear", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Clear: ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("--baseline", said, StringComparison.Ordinal); // one setting
        Assert.Empty(ComparisonVerdict.Settings(table));
    }

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static bool Near((int Count, double, double) a, (int Count, double, double) b) =>
        a.Count == b.Count && Math.Abs(a.Item2 - b.Item2) < 1e-12 && Math.Abs(a.Item3 - b.Item3) < 1e-12;

    private static bool Near((int Count, double, double, double) a, (int Count, double, double, double) b) =>
        Near((a.Count, a.Item2, a.Item3), (b.Count, b.Item2, b.Item3)) && Math.Abs(a.Item4 - b.Item4) < 1e-12;

    private static Comparison Table(ReportRun[] runs, ComparisonOptions? options = null) =>
        Comparison.Of(ReportModel.Of(runs), options ?? new());

    private static ResultKey Row(Comparison table, string name) => table.Table.Keys.Single(key => key.Name == name);

    private static ResultCell? Cell(Comparison table, ResultKey key, int entrant) => table.Table.Entrants[entrant][key];

    private static PairedResult[] Differences(Comparison table, ResultKey key) =>
        [.. table.Pairs.Where(pair => pair.Key == key && pair.Difference is not null)];

    private static ReportRun Run(ulong seed, string method = "SimCLR", double shift = 0)
    {
        ReportRun run = ReportSamples.Run(seed, method: method) with { Path = $"runs/{method}-{seed}" };
        double before = 0.5 + (0.01 * seed) + shift;
        return run with
        {
            Evaluations =
            [
                .. run.Evaluations,
                Record(EvaluationStage.Before, "linear", before),
                Record(EvaluationStage.Before, "linear", 0.3) with { Layer = "stem" },
                Record(EvaluationStage.Before, "semi", before) with { Variant = "fine-tuned", LabelShare = 0.01 },
            ],
            Undos =
            [
                run.Undos[0] with
                {
                    Evaluations =
                    [
                        .. run.Undos[0].Evaluations,
                        Record(EvaluationStage.Umm, "linear", before + gains[seed]),
                        Record(EvaluationStage.Control, "linear", before + 0.005),
                    ],
                },
            ],
        };
    }

    /// <summary>The run with what protocols found of it otherwise.</summary>
    private static ReportRun Changed(ReportRun run, Func<EvaluationRecord, EvaluationRecord> change) => run with
    {
        Evaluations = [.. run.Evaluations.Select(record => record.Protocol == EvaluationRecord.Probes ? record : change(record))],
    };

    private static EvaluationRecord Record(EvaluationStage stage, string protocol, double value) => new(stage, "layer4", protocol, "accuracy", value)
    {
        Variant = "linear", Low = value - 0.1, High = value + 0.1, Interval = "how",
        Settings = $"how {protocol} was done.",
        ProbeCount = 10, TestCount = 20, Seed = 0, Quick = false, Fingerprint = "abcd",
    };
}
