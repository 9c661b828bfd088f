using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Storage;
using Spectre.Console;
using TorchSharp;

namespace Lethe.Cli;

/// <summary>Measures features of a file, and shows on the terminal and as JSON what there is and why the rest is not.</summary>
internal static class FeaturesView
{
    /// <summary>Measures and shows.</summary>
    /// <param name="file">The features.</param>
    /// <param name="labelFile">Their labels, or null.</param>
    /// <param name="views">Views of each image, where rows are stacked by view.</param>
    /// <param name="epsilonSquared">ε² of the coding rates.</param>
    /// <param name="terminal">Where to.</param>
    /// <returns>The same as JSON.</returns>
    public static JsonObject Show(string file, string? labelFile, int? views, double epsilonSquared, Terminal terminal)
    {
        using var scope = torch.NewDisposeScope();
        RowFeatures features = RowFeatures.Read(file, views);
        RowLabels? labels = labelFile is null ? null : RowLabels.Read(labelFile);
        torch.Tensor values = features.Values is float[] singles
            ? torch.tensor(singles, features.Shape)
            : torch.tensor((double[])features.Values, features.Shape);
        FeatureReport report = FeatureDiagnostics.Measure(
            values, labels?.Numbers, views ?? (features.Shape.Length == 3 ? (int)features.Shape[0] : 1), epsilonSquared);
        string[] notes = [.. features.Notes, .. labels?.Notes ?? []];
        foreach (string note in notes)
            terminal.Say(note);

        Table table = new Table().Border(TableBorder.Simple).AddColumn("partition").AddColumn("R").AddColumn("R_c").AddColumn("ΔR");
        foreach (CodingRateReduction part in new[] { report.Instance, report.Label }.OfType<CodingRateReduction>())
        {
            table.AddRow(part.Partition, Number(part.Rate), Number(part.ConditionalRate), Number(part.Reduction));
        }

        if (table.Rows.Count == 0)
            table.AddRow("none", Number(report.Rate), "–", "–");
        terminal.Show(table);
        terminal.Say(Invariant($"m = {report.Rows}, d = {report.Dimension}, ε² = {report.EpsilonSquared}; nats, rows normalised. ")
            + Invariant($"Standard deviation of a normalised feature {report.NormalisedDeviation:F4}."));
        terminal.Say(string.Join(", ", FeatureMeasures.All.Select(
            measure => $"{measure.Title} {(report.Measures[measure.Name] is { } value ? Number(value) : "–")}")) + ".");

        (string Title, string Name)[] all =
        [
            ("ΔR of instances", "instance"), ("ΔR of labels", "label"), .. FeatureMeasures.All.Select(one => (one.Title, one.Name)),
        ];
        foreach (var same in all.Where(one => report.Missing.ContainsKey(one.Name)).GroupBy(one => report.Missing[one.Name]))
            terminal.Say($"–: {string.Join(", ", same.Select(one => one.Title))}: {same.Key}.");
        if (report.Views == 1 && Enumerable.Range(2, 7).FirstOrDefault(views => report.Rows % views == 0) is > 0 and int some)
            terminal.Say($"If the views of an image lie one block below the other, say how many there are, as with --views {some}.");
        if (labels is null)
            terminal.Say("With labels, one for each image, ΔR of labels is measured: --labels.");
        var json = new JsonObject
        {
            ["rows"] = report.Rows,
            ["dimension"] = report.Dimension,
            ["views"] = report.Views,
            ["epsilonSquared"] = report.EpsilonSquared,
            ["rate"] = report.Rate,
            ["instance"] = Partition(report.Instance),
            ["label"] = Partition(report.Label),
            ["normalisedDeviation"] = report.NormalisedDeviation,
            ["unlabelled"] = report.Unlabelled,
            ["classes"] = labels is null ? null : new JsonArray([.. labels.Names.Select(name => (JsonNode)name)]),
            ["missing"] = new JsonObject(report.Missing.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
            ["notes"] = new JsonArray([.. notes.Select(note => (JsonNode)note)]),
        };
        foreach ((string name, double? value) in report.Measures)
            json[name] = value;
        return json;
    }

    private static string Number(double value) => Invariant($"{value:F4}");

    private static JsonObject? Partition(CodingRateReduction? part) => part is null ? null : new JsonObject
    {
        ["rate"] = part.Rate, ["conditionalRate"] = part.ConditionalRate, ["reduction"] = part.Reduction, ["rows"] = part.Rows,
    };
}
