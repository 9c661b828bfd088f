using System.Xml.Linq;
using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Umm;

namespace Lethe.Tests.Results;

public class AblationTests
{
    private static readonly string[] variants = ["default", "no-beta", "volume", "exact", "half", "late"];

    [Fact]
    public void Of_VariantsOverSeeds_NamesWhatDiffersAndPutsEachBesideItsControl()
    {
        Ablation table = Table(Runs(5));
        Assert.Equal("layer4", table.Layer);
        Assert.Equal(
            "split layer2, 200 iterations, batch size 0, α = 0.5, β = 10, loss-gradient, q = 8, δ = 1e−6, finite-difference, finite "
            + "difference radius 0.01, "
            + "η₁ = 0.01, η₂ = 3e−4, adam, ε² = 0.5",
            table.Reference);
        Assert.Equal("m = 512, d = 64, ε² = 0.5", table.Conditions);
        Assert.Equal(
            [
                ("before", null), ("control", null), ("UMM", "default"), ("β = 0", "no-beta"), ("jacobian-volume", "volume"),
                ("exact", "exact"),
                ("control, split layer3", null), ("split layer3", "late"), ("control, 100 iterations", null),
                ("100 iterations, ΔR minimised", "half"),
            ],
            table.Rows.Select(row => (row.Label, row.Undo)));
        Assert.All(table.Rows, row => Assert.Equal(5, table.Runs(row)));
        Assert.Empty(table.Notes);
    }

    [Fact]
    public void Of_SeveralRuns_PairsByRun()
    {
        ReportRun[] runs = Runs(5);
        Ablation table = Table(runs);
        static double Of(IEnumerable<EvaluationRecord> records, EvaluationStage stage) =>
            records.Single(r => r.Layer == "layer4" && r.Measure == Measure.LinearAccuracy && r.Stage == stage).Value;
        static IEnumerable<EvaluationRecord> OfUndo(ReportRun run) => run.Undos.Single(undo => undo.Name == "no-beta").Evaluations;
        double[] umm = [.. runs.Select(run => Of(OfUndo(run), EvaluationStage.Umm))];
        Assert.Equal(SeedMean.Of(umm), Value(table, Row(table, "no-beta"), Measure.LinearAccuracy));
        Assert.Equal(
            PairedDifference.Of([.. runs.Select(run => Of(OfUndo(run), EvaluationStage.Control))], umm), OverControl(
                table, "no-beta", Measure.LinearAccuracy));
        Assert.Equal(
            PairedDifference.Of([.. runs.Select(run => Of(run.Evaluations, EvaluationStage.Before))], umm),
            OverBefore(table, Row(table, "no-beta"))!);
        Entrant control = table.Rows.Single(row => row.Label == "control");
        Assert.Null(control.Control);
        Assert.Equal(0.01, OverBefore(table, control)!.Mean, 12);
        Assert.Null(OverBefore(table, table.Rows[0]));
        Assert.Equal(2.5, Value(table, Row(table, "default"), ResultKey.ReductionGap)!.Value.Mean, 12);
        Assert.Equal(17, Value(table, Row(table, "default"), Measure.EffectiveRank)!.Value.Mean, 12);
    }

    /// <summary>Six undos less their controls and less before, three controls less before, in two accuracies; ΔR and rank apart.</summary>
    [Fact]
    public void Differences_OfTheTable_AreTestedTogether()
    {
        Ablation table = Table(Runs(5));
        Assert.Equal(2 * (6 + 6 + 3), table.Differences.Count);
        Assert.All(table.Differences, one => Assert.Equal(30, one.Difference!.Tests));
        double[] adjusted = Holm.Adjust([.. table.Differences.Select(one => one.Difference!.P!.Value)]);
        Assert.Equal(adjusted, table.Differences.Select(one => one.Difference!.PHolm!.Value));
        Assert.Contains(table.Grid().Notes, note => note.Contains("for the 30\u00A0tests of this table", StringComparison.Ordinal));
        Entrant row = Row(table, "no-beta");
        Assert.NotEqual(30, table.Less(row, row.Before, Measure.InstanceReductionHeldOut)!.Tests);
    }

    [Fact]
    public void Of_UndoWithoutControl_IsHeldAgainstTheSameTrainingOfItsRun()
    {
        ReportRun[] runs =
            [
                .. Runs(3).Select(
                    run => Changed(run, undo => undo.Name is "no-beta" or "late" ? Without(undo, EvaluationStage.Control) : undo)),
            ];
        Ablation table = Table(runs);
        Assert.Equal(OverControl(Table(Runs(3)), "no-beta", Measure.KnnAccuracy), OverControl(table, "no-beta", Measure.KnnAccuracy));

        // Another split is another training.
        Assert.Null(OverControl(table, "late", Measure.KnnAccuracy));
        Assert.DoesNotContain(table.Rows, row => row.Label == "control, split layer3");
    }

    /// <summary>What compare does not subtract is not subtracted here either: nothing stands there, and one sentence says why.</summary>
    [Fact]
    public void Of_OtherSettings_LeavesTheDifferenceOutAndSaysWhy()
    {
        ReportRun[] runs = [.. Runs(2).Select(run => Changed(run, undo => undo.Name != "exact" ? undo : undo with
        {
            Evaluations =
            [
                .. undo.Evaluations.Select(
                    record => record is { Stage: EvaluationStage.Umm, Measure: Measure.KnnAccuracy }
                        ? record with { Neighbours = 5 }
                        : record),
            ],
        }))];
        Ablation table = Table(runs);
        Assert.Null(OverControl(table, "exact", Measure.KnnAccuracy));
        Assert.NotNull(OverControl(table, "exact", Measure.LinearAccuracy));
        Assert.NotNull(Value(table, Row(table, "exact"), Measure.KnnAccuracy));
        Assert.Equal(
            [
                "UMM exact − control is left out of kNN probe, accuracy, layer4: they were measured with different settings.",
                "UMM exact − before is left out of kNN probe, accuracy, layer4: they were measured with different settings.",
            ],
            table.Notes);
        GridCell[] cells = [.. table.Grid().Rows.Single(row => row.Cells[0].Text == "exact").Cells];
        Assert.Equal(("–", "–"), (cells[6].Text, cells[7].Text));
        Assert.StartsWith("+", cells[3].Text, StringComparison.Ordinal);
        Assert.Contains(table.Notes[0], HtmlReport.Render(ReportModel.Of(runs)), StringComparison.Ordinal);
        Assert.Contains(table.Notes[0], (string)ResultJson.Of([table])[0]!["notes"]![0]!, StringComparison.Ordinal);
        Assert.Null(
            ResultJson.Of([table])[0]!["rows"]!.AsArray().Single(row => (string?)row!["undo"] == "exact")!["measures"]![1]!["overControl"]);
    }

    [Fact]
    public void Of_SameSeedTwice_LeavesDifferencesOutAndSaysWhy()
    {
        Ablation table = Table(Runs(1)[0], Runs(1)[0] with { Path = "again" });
        Assert.Null(OverControl(table, "default", Measure.LinearAccuracy));
        Assert.Contains(table.Notes, note => note.EndsWith("several runs have the seed 1.", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_RunsThatLackAnUndo_CountsAndPairsThoseThatHaveIt()
    {
        ReportRun[] runs = Runs(3);
        runs[1] = runs[1] with { Undos = [.. runs[1].Undos.Where(undo => undo.Name != "exact")] };
        Ablation table = Table(runs);
        Entrant row = Row(table, "exact");
        Assert.Equal(
            (2, 2, 2),
            (
                table.Runs(row), Value(table, row, Measure.LinearAccuracy)!.Value.Count,
                OverControl(table, "exact", Measure.LinearAccuracy)!.Count));
    }

    [Fact]
    public void Of_OneRun_TestsByTheSamplingError()
    {
        PairedDifference difference = OverControl(Table(Runs(1)), "default", Measure.LinearAccuracy)!;
        Assert.Equal(1, difference.Count);
        Assert.Equal(MeanErrorOrigin.Sampling, difference.Error!.Origin);
        Assert.Contains(
            "Intervals of differences: 95 %, by the sampling error of two accuracies, one seed × 2\u202F000\u00A0images.",
            MarkdownGrid.Render([Table(Runs(1)).Grid()]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SameNameAndOtherOptions_SaysSo()
    {
        ReportRun[] runs = Runs(2);
        runs[1] = Changed(
            runs[1],
            undo => undo.Name != "volume"
                ? undo
                : undo with { Manifest = undo.Manifest with { Umm = undo.Manifest.Umm! with { Volume = "jacobian-norm" } } });
        Assert.Contains("named volume have different options", Assert.Single(Table(runs).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SameOptionsUnderTwoNamesOrAnotherSeed_TellsThemApart()
    {
        ReportRun run = Runs(1)[0];
        ReportUndo first = run.Undos[0];
        Ablation table = Table([run with
        {
            Undos =
            [
                first,
                first with { Name = "again" },
                first with { Name = "other", Manifest = first.Manifest with { Seed = 77 } },
                run.Undos[1],
            ],
        }]);
        Assert.Equal(
            ["UMM (again)", "UMM (default)", "β = 0", "seed 77"], table.Rows.Where(row => row.Undo is not null).Select(row => row.Label));
    }

    [Fact]
    public void Of_NothingUndoneOrEvaluated_IsNull()
    {
        Assert.Null(Ablation.Of(ReportSamples.Group(ReportSamples.Run(umm: null))));
        ReportRun run = ReportSamples.Run();
        Assert.Null(Ablation.Of(ReportSamples.Group(run with { Undos = [run.Undos[0] with { Evaluations = [] }] })));
        Assert.Contains(
            "late has not been evaluated",
            Assert.Single(Table([Changed(Runs(1)[0], undo => undo.Name == "late" ? undo with { Evaluations = [] } : undo)]).Notes),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoLabels_LeavesAccuraciesOut()
    {
        ReportRun run = Changed(
            Runs(1)[0], undo => undo with { Evaluations = [.. undo.Evaluations.Where(record => !Wording.IsAccuracy(record.Measure))] });
        run = run with { Measurements = [], Evaluations = [.. run.Evaluations.Where(record => !Wording.IsAccuracy(record.Measure))] };
        string markdown = MarkdownGrid.Render([Table([run]).Grid()]);
        Assert.Contains("| state | n | ΔR unseen | ΔR gap | rank |", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_VariantsOverSeeds_HasARowForEachWithItsTest()
    {
        string[] lines = MarkdownGrid.Render([Table(Runs(5)).Grid()]).Replace('\u00A0', ' ').Split('\n');
        Assert.Contains("| state | n | linear accuracy, % | − control | − before | kNN accuracy, % | − control | − before | ΔR unseen | "
            + "ΔR gap | rank |", lines);
        Assert.Single(lines, line => line.StartsWith("| β = 0 | 5 | 77.3 ± 0.7 | **+2.30** ± 0.16 [+2.10, +2.50] p < 0.001 | **+3.30** ± "
            + "0.16 [+3.10, +3.50] p < 0.001 |", StringComparison.Ordinal));
        Assert.Equal(2 + 10, lines.Count(line => line.StartsWith('|')));
        Assert.All(lines.Where(line => line.StartsWith('|')), line => Assert.Equal(12, line.Count(c => c == '|')));
    }

    [Fact]
    public void Page_SeveralUndos_HasTheTableAndABlockForEachOfWhichTheFirstIsOpen()
    {
        XDocument page = XDocument.Parse(HtmlReport.Render(ReportModel.Of(Runs(2))));
        Assert.Equal(
            10,
            page.Descendants("table")
                .Single(table => ((string?)table.Attribute("class"))?.EndsWith("ablation", StringComparison.Ordinal) == true)
                    .Element("tbody")!.Elements().Count());
        foreach (string section in (string[])["outcome", "course"])
        {
            XElement[] blocks =
                [
                    .. page.Descendants("section").Single(part => (string?)part.Attribute("id") == section).Descendants("details").Where(
                        block => (string?)block.Attribute("class") == "block undo"),
                ];
            Assert.Equal(
                [("UMM", "default"), ("β = 0", "no-beta"), ("jacobian-volume", "volume"), ("exact", "exact"), ("split layer3", "late"), ("100 iterations, ΔR minimised", "half")],
                blocks.Select(block => (block.Element("summary")!.Element("b")!.Value, block.Element("summary")!.Element("code")!.Value)));
            Assert.Equal([true, false, false, false, false, false], blocks.Select(block => block.Attribute("open") is not null));
        }
    }

    [Fact]
    public void Of_RunsMeasuredOtherwise_HasNoMeanAndSaysWhy()
    {
        Ablation table = Table(ReportSamples.Run(1), ReportSamples.WithNeighbours(ReportSamples.Run(2), 5));
        Entrant before = table.Rows.Single(row => row.Stage == EvaluationStage.Before);
        Assert.Null(Value(table, before, Measure.KnnAccuracy));
        Assert.NotNull(Value(table, before, Measure.LinearAccuracy));
        Assert.Contains(
            "The mean of before is left out of kNN probe, accuracy, layer4: its runs were measured with different settings.", table.Notes);
    }

    [Fact]
    public void Page_OneUndoOfOneRun_HasTheTableThatItsSentencesQuote() =>
        Assert.Contains(
            "class='summary ablation'", HtmlReport.Render(ReportModel.Of([ReportSamples.Run()])), StringComparison.Ordinal);

    private static Ablation Table(params ReportRun[] runs) => Assert.Single(Ablation.Of(ReportModel.Of(runs)));

    private static SeedMean? Value(Ablation table, Entrant row, string name) => row[ResultKey.Probe(name, table.Layer)]?.Value;

    private static PairedDifference? OverControl(Ablation table, string undo, string name) =>
        Row(table, undo).Less(Row(table, undo).Control, ResultKey.Probe(name, table.Layer))?.Difference;

    private static PairedDifference? OverBefore(Ablation table, Entrant row) =>
        row.Less(row.Before, ResultKey.Probe(Measure.LinearAccuracy, table.Layer))?.Difference;

    private static Entrant Row(Ablation table, string undo) => table.Rows.Single(row => row.Undo == undo);

    /// <summary>Runs with six undos each; every undo gains a little differently under every seed.</summary>
    private static ReportRun[] Runs(int count) =>
    [
        .. Enumerable.Range(1, count).Select(seed =>
        {
            ReportRun run = ReportSamples.Run((ulong)seed, shift: 0.005 * ((seed * 2 % 5) - 2));
            return run with { Undos = [.. variants.Select((name, i) => Undo(run, name, 0.03 + (0.003 * i) + (0.001 * (seed - 3)), i))] };
        }),
    ];

    private static ReportUndo Undo(ReportRun run, string name, double gain, int order)
    {
        double before = run.Evaluations.Single(
            record => record is { Stage: EvaluationStage.Before, Measure: Measure.LinearAccuracy }).Value;
        RunManifest manifest = ReportSamples.Manifest(run.Manifest.Seed, RunKind.Umm) with
        {
            Umm = new UmmOptions
            {
                Split = name == "late" ? "layer3" : "layer2",
                Iterations = name == "half" ? 100 : 200,
                Beta = name == "no-beta" ? 0 : 10,
                Volume = name == "volume" ? "jacobian-volume" : "loss-gradient",
                Hypergradient = name == "exact" ? "exact" : "finite-difference",
                MinimiseReduction = name == "half",
                Control = name != "no-beta",
                EvaluateIterations = order,
            },
        };
        return new ReportUndo(name, manifest with { StartedUtc = manifest.StartedUtc.AddMinutes(order) })
        {
            Evaluations =
            [
                .. ReportSamples.Evaluations(EvaluationStage.Umm, before + gain, before - 0.06 + gain, 11),
                ReportSamples.Probe(EvaluationStage.Umm, Measure.InstanceReductionTrain, 13.5) with
                {
                    Rows = 512, Dimension = 64, EpsilonSquared = 0.5,
                },
                ReportSamples.Probe(EvaluationStage.Umm, Measure.EffectiveRank, 17),
                .. ReportSamples.Evaluations(EvaluationStage.Control, before + 0.01, before - 0.05, 9),
            ],
        };
    }

    private static ReportRun Changed(ReportRun run, Func<ReportUndo, ReportUndo> change) =>
        run with { Undos = [.. run.Undos.Select(change)] };

    private static ReportUndo Without(ReportUndo undo, EvaluationStage stage) =>
        undo with { Evaluations = [.. undo.Evaluations.Where(record => record.Stage != stage)] };
}
