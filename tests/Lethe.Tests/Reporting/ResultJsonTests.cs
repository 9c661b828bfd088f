using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

/// <summary>The names that programs rely on, and numbers with all their digits.</summary>
public class ResultJsonTests
{
    private static readonly ReportModel model = ReportModel.Of([ReportSamples.Run(1), ReportSamples.Run(2, umm: 0.06, shift: 0.01)]);

    [Fact]
    public void Of_Comparison_HasEntrantsRowsAndDifferences()
    {
        JsonNode json = ResultJson.Of(Comparison.Of(model, new()));
        Assert.Equal(["entrants", "rows", "notes"], Names(json));
        Assert.Equal(["name", "group", "stage", "undo"], Names(json["entrants"]![0]!));
        JsonNode row = Single(json["rows"]!, "measure", Measure.LinearAccuracy);
        Assert.Equal(
            ["protocol", "measure", "variant", "target", "labelShare", "quick", "layer", "settings", "cells", "differences", "name"], Names(row));
        Assert.Equal((EvaluationRecord.Probes, "linear probe, accuracy"), ((string)row["protocol"]!, (string)row["name"]!));
        Assert.Equal(0.745, (double)row["cells"]![1]!["value"]!["mean"]!, 1e-12);
        Assert.Null(row["cells"]![1]!["low"]);
        JsonNode difference = Single(row["differences"]!, "baseline", "control");
        Assert.Equal(["entrant", "baseline", "difference"], Names(difference));
        Assert.Equal(0.045, (double)difference["difference"]!["mean"]!, 1e-12);
        Assert.Equal(
            ["count", "mean", "deviation", "t", "p", "low", "high", "error", "pHolm", "tests", "isClear", "visibleFrom"],
            Names(difference["difference"]!));
        Assert.Equal(["standard", "freedom", "seeds", "images", "origin"], Names(difference["difference"]!["error"]!));
        Assert.Equal("seeds", (string)difference["difference"]!["error"]!["origin"]!);
    }

    [Fact]
    public void Of_Undos_HasTheirRowsAndMeasures()
    {
        JsonNode json = ResultJson.Of(Ablation.Of(model)).AsArray().Single()!;
        Assert.Equal(["setting", "layer", "reference", "conditions", "rivalry", "rows", "notes"], Names(json));
        JsonNode umm = Single(json["rows"]!, "stage", "umm");
        Assert.Equal(["label", "stage", "undo", "runs", "measures"], Names(umm));
        JsonNode measure = Single(umm["measures"]!, "name", Measure.KnnAccuracy);
        Assert.Equal(["name", "value", "overControl", "overBefore"], Names(measure));
        Assert.Equal(0.055, (double)measure["overBefore"]!["mean"]!, 1e-12);
    }

    [Fact]
    public void OfSummary_HasANumberForEachMeasureAndState()
    {
        JsonArray json = ResultJson.OfSummary(Summary.Of(ResultTable.Of(model.Groups[0], "default"))).AsArray();
        Assert.All(json, cell => Assert.Equal(["layer", "measure", "stage", "value"], Names(cell!)));
        JsonNode? before = json.Single(cell =>
            (string)cell!["layer"]! == "layer4" && (string)cell["measure"]! == Measure.KnnAccuracy && (string)cell["stage"]! == "before");
        Assert.Equal(0.685, (double)before!["value"]!, 1e-12);
    }

    [Fact]
    public void Of_Records_LeavesOutWhatTheyLack() => Assert.Equal(
        ["stage", "layer", "protocol", "measure", "value"],
        Names(ResultJson.Of([ReportSamples.Probe(EvaluationStage.Before, Measure.EffectiveRank, 3)])[0]!));

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(field => field.Key);

    private static JsonNode Single(JsonNode list, string name, string value) =>
        list.AsArray().Single(one => (string?)one![name] == value)!;
}
