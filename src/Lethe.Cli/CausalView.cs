using System.Text.Json.Nodes;
using Lethe.Data.Generated;
using Lethe.Evaluation;
using Lethe.Workflow;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary>Shows on the terminal and as JSON what each layer of an encoder says of the factors that caused its images.</summary>
internal static class CausalView
{
    /// <summary>Shows the states of an encoder.</summary>
    /// <param name="run">The run, as it was given.</param>
    /// <param name="states">What was measured.</param>
    /// <param name="options">What it was measured with.</param>
    /// <param name="terminal">Where to.</param>
    /// <returns>The same as JSON.</returns>
    public static JsonObject Show(string run, IReadOnlyList<CausalState> states, CausalOptions options, Terminal terminal)
    {
        foreach (CausalState state in states)
        {
            terminal.Say($"{state.Stage.ToString().ToLowerInvariant()} ({state.Name}):");
            terminal.Show(Table(
                state,
                [.. state.Layers[0].Factors.Select(reading => Heading(reading.Factor))],
                layer => layer.Factors.Select(reading => $"{reading.Value:F3}")));
            terminal.Show(Table(
                state,
                ["irrelevant", "relevant", "ratio", .. state.Layers[0].Shortcut.Accuracies.Select(test => $"rho {test.Rho}")],
                layer =>
                [
                    $"{layer.Sensitivity.Irrelevant:F3}",
                    $"{layer.Sensitivity.Relevant:F3}",
                    layer.Sensitivity.Ratio is { } ratio ? $"{ratio:F2}" : "–",
                    .. layer.Shortcut.Accuracies.Select(test => $"{test.Result.Accuracy:F3}"),
                ]));
        }

        terminal.Say($"Factors: accuracy of a linear probe (shape, hue, texture of 10, background of 5) or R². Irrelevant, relevant: mean squared distance of normalised features under do(all but shape) and do(shape); ratio: how much more the layer answers to what does not matter. rho: accuracy of a probe for shape trained at rho {options.CausalRho}. On {options.CausalImages} + {options.CausalImages} generated images.");
        return new JsonObject
        {
            ["run"] = run,
            ["images"] = options.CausalImages,
            ["trainRho"] = options.CausalRho,
            ["states"] = new JsonArray([.. states.Select(state => (JsonNode)new JsonObject
            {
                ["stage"] = state.Stage.ToString().ToLowerInvariant(),
                ["name"] = state.Name,
                ["layers"] = new JsonArray([.. state.Layers.Select(layer => (JsonNode)Layer(layer))]),
            })]),
        };
    }

    private static Table Table(CausalState state, IReadOnlyList<string> columns, Func<CausalLayer, IEnumerable<string>> cells)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (CausalLayer layer in state.Layers)
        {
            table.AddRow([layer.Layer, .. cells(layer)]);
        }

        return table;
    }

    // Ten columns must fit into 80 characters.
    private static string Heading(CausalFactor factor) => factor switch
    {
        CausalFactor.Horizontal => "x",
        CausalFactor.Vertical => "y",
        _ => factor.ToString().ToLowerInvariant(),
    };

    private static JsonObject Layer(CausalLayer layer) => new()
    {
        ["layer"] = layer.Layer,
        ["factors"] = new JsonArray([.. layer.Factors.Select(reading => (JsonNode)new JsonObject
        {
            ["factor"] = reading.Factor.ToString().ToLowerInvariant(), ["value"] = reading.Value, ["chance"] = reading.Chance, ["answer"] = reading.Answer,
        })]),
        ["answerIrrelevant"] = layer.Sensitivity.Irrelevant,
        ["answerRelevant"] = layer.Sensitivity.Relevant,
        ["ratio"] = layer.Sensitivity.Ratio,
        ["shortcut"] = new JsonArray([.. layer.Shortcut.Accuracies.Select(test => (JsonNode)new JsonObject { ["rho"] = test.Rho, ["accuracy"] = test.Result.Accuracy })]),
    };
}
