using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Workflow;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary>Shows on the terminal and as JSON how far single images were memorised.</summary>
internal static class ScoresView
{
    /// <summary>What is given in place of a second run.</summary>
    public const string ByHeldOut = "held-out";

    private const int MostShown = 20;

    /// <summary>Shows the scores.</summary>
    /// <param name="run">The run, as it was given.</param>
    /// <param name="other">The run that it was held against; null for its own held-out images.</param>
    /// <param name="scores">The scores.</param>
    /// <param name="options">What they were made with.</param>
    /// <param name="terminal">Where to.</param>
    /// <returns>The same as JSON, with every image's score.</returns>
    public static JsonObject Show(string run, string? other, ImageScores scores, ScoringOptions options, Terminal terminal)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        string[] columns =
        [
            "mean", other is null ? "held-out" : "neither saw", "excess", "± error", "AUC", "positive", "sum",
            .. scores.Layers.Select(layer => $"r {layer.Layer}"),
        ];
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (LayerScores layer in scores.Layers)
        {
            table.AddRow(
            [
                layer.Layer, Number(layer.Mean), Number(layer.UnseenMean), Number(layer.Excess), Number(layer.ExcessError),
                layer.Auc is { } auc ? Invariant($"{auc:F3}") : "–", Invariant($"{layer.PositiveShare:P1}"), Invariant($"{layer.Sum:F2}"),
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
        foreach (string sentence in other is null ? OfHeldOut(scores, options) : OfTwo(run, other, scores, options))
            terminal.Say(sentence);
        if (last is { Auc: { } told, AucChance: { } chance } && Math.Abs(told - 0.5) <= chance)
        {
            terminal.Say(Invariant($"The scores of {last.Layer} do not tell images trained on from others (AUC {told:F3}; by chance ")
                + Invariant($"{0.5 - chance:F3} to {0.5 + chance:F3}): the order of its images says nothing of memorisation."));
        }

        terminal.Say($"{(other is null ? "Highest" : "Most memorised")} in {last.Layer}, by index in the training part: "
            + $"{string.Join(", ", last.Most(MostShown / 2).Select(i => scores.Images[i]))}");
        if (scores.Differences.Count > 0)
            terminal.Say(
                $"The runs differ by more than their images: {string.Join(", ", scores.Differences)}. The scores show that as well.");
        return new JsonObject
        {
            ["run"] = run,
            ["against"] = other ?? ByHeldOut,
            ["views"] = options.ScoreViews,
            ["candidates"] = scores.Candidates,
            ["images"] = new JsonArray([.. scores.Images.Select(image => (JsonNode)image)]),
            ["differences"] = new JsonArray([.. scores.Differences.Select(difference => (JsonNode)difference)]),
            ["layers"] = new JsonArray([.. scores.Layers.Select(layer => (JsonNode)Layer(layer, scores))]),
        };
    }

    private static IEnumerable<string> OfTwo(string run, string other, ImageScores scores, ScoringOptions options)
    {
        yield return $"SSLMem of {scores.Images.Count} of {scores.Candidates} images that {run} was trained on and {other} was not, over "
            + $"{options.ScoreViews} views: in [-1, 1], positive is memorised. Excess: over the mean of images that neither saw, which "
            + "the encoders differ by anyway. AUC: of these scores against those. r: correlation over images.";
    }

    private static IEnumerable<string> OfHeldOut(ImageScores scores, ScoringOptions options)
    {
        yield return $"Held-out score of {scores.Images.Count} of {scores.Candidates} images trained on, over {options.ScoreViews} views: "
            + $"how much nearer the views of an image lie to each other than those of the {ImageMemorisation.HeldOutNeighbours} held-out "
            + "images most like it, in [-1, 1]. Excess: over the mean of held-out images, scored in the same way. AUC: the chance that an "
            + "image trained on has the larger score; 0.5 tells nothing. r: correlation over images.";
        yield return "It is a hint: an image may have near views because it is plain; held against SSLMem it was right about layers and "
            + "hardly about single images (docs/map.md). SSLMem, which a second run gives (--against RUN), "
            + "says more, and the report shows it in place of this where it is there.";
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
        ["auc"] = layer.Auc,
        ["aucChance"] = layer.AucChance,
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
