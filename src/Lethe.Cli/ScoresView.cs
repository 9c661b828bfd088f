using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Workflow;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary>Shows on the terminal and as JSON how far single images were memorised.</summary>
internal static class ScoresView
{
    private const int MostShown = 20;

    /// <summary>Shows the scores.</summary>
    /// <param name="run">The run, as it was given.</param>
    /// <param name="other">The run that it was held against.</param>
    /// <param name="scores">The scores.</param>
    /// <param name="options">What they were made with.</param>
    /// <param name="terminal">Where to.</param>
    /// <returns>The same as JSON, with every image's score.</returns>
    public static JsonObject Show(string run, string other, ImageScores scores, ScoringOptions options, Terminal terminal)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        string[] columns =
            ["mean", "neither saw", "excess", "± error", "positive", "sum", .. scores.Layers.Select(layer => $"r {layer.Layer}")];
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (LayerScores layer in scores.Layers)
        {
            table.AddRow(
            [
                layer.Layer, Number(layer.Mean), Number(layer.UnseenMean), Number(layer.Excess), Number(layer.ExcessError), Invariant(
                    $"{layer.PositiveShare:P1}"), Invariant($"{layer.Sum:F2}"),
                .. scores.Layers.Select(
                    second => ImageMemorisation.Correlation(layer.Scores, second.Scores) is { } r ? Invariant($"{r:F2}") : "–"),
            ]);
        }

        terminal.Show(table);
        if (scores.Layers.Any(layer => layer.UnseenMean is null))
            terminal.Say("– of what neither saw, and of the excess over it: no image was left out of both runs.");
        if (scores.Layers.Any(one => scores.Layers.Any(other => ImageMemorisation.Correlation(one.Scores, other.Scores) is null)))
            terminal.Say("– of a correlation: the scores of one of the two layers are all equal.");
        LayerScores last = scores.Layers[^2]; // the projector, which comes after, serves the loss only
        terminal.Say($"SSLMem of {scores.Images.Count} of {scores.Candidates} images that {run} was trained on and {other} was not, over "
            + $"{options.ScoreViews} views: in [-1, 1], positive is memorised. Excess: over the mean of images that neither saw, which "
            + "the encoders differ by anyway. r: correlation over images.");
        terminal.Say($"Most memorised in {last.Layer}, by index in the training part: "
            + $"{string.Join(", ", last.Most(MostShown / 2).Select(i => scores.Images[i]))}");
        if (scores.Differences.Count > 0)
            terminal.Say(
                $"The runs differ by more than their images: {string.Join(", ", scores.Differences)}. The scores show that as well.");
        return new JsonObject
        {
            ["run"] = run,
            ["against"] = other,
            ["views"] = options.ScoreViews,
            ["candidates"] = scores.Candidates,
            ["images"] = new JsonArray([.. scores.Images.Select(image => (JsonNode)image)]),
            ["differences"] = new JsonArray([.. scores.Differences.Select(difference => (JsonNode)difference)]),
            ["layers"] = new JsonArray([.. scores.Layers.Select(layer => (JsonNode)Layer(layer, scores))]),
        };
    }

    private static string Number(double? value) => value is { } number ? Invariant($"{number:F4}") : "–";

    private static JsonObject Layer(LayerScores layer, ImageScores scores) => new()
    {
        ["layer"] = layer.Layer,
        ["mean"] = layer.Mean,
        ["standardError"] = layer.StandardError,
        ["sum"] = layer.Sum,
        ["positiveShare"] = layer.PositiveShare,
        ["unseen"] = layer.Unseen.Count,
        ["unseenMean"] = layer.UnseenMean,
        ["excess"] = layer.Excess,
        ["excessError"] = layer.ExcessError,
        ["correlation"] = new JsonObject(
            scores.Layers.Select(
                second => KeyValuePair.Create(second.Layer, (JsonNode?)ImageMemorisation.Correlation(layer.Scores, second.Scores)))),
        ["most"] = new JsonArray([.. layer.Most(MostShown).Select(i => (JsonNode)new JsonObject
        {
            ["image"] = scores.Images[i], ["path"] = scores.Paths?[i], ["score"] = layer.Scores[i],
        })]),
        ["scores"] = new JsonArray([.. layer.Scores.Select(score => (JsonNode)score)]),
    };
}
