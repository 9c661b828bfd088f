using System.Text.Json.Nodes;
using Lethe.Runs;

namespace Lethe.Cli;

/// <summary>What a run began with, as programs read it: the start-up block in values.</summary>
internal static class StartUpView
{
    public static JsonObject Of(RunDirectory run)
    {
        RunManifest manifest = run.LoadManifest();
        RunOptions options = manifest.Pretraining;
        return new JsonObject
        {
            ["source"] = manifest.Data.Source,
            ["train"] = manifest.Data.TrainCount,
            ["probe"] = manifest.Data.ProbeCount,
            ["test"] = manifest.Data.TestCount,
            ["classes"] = manifest.Data.ClassCount,
            ["imageSize"] = manifest.Data.ImageSize,
            ["channels"] = manifest.Data.Channels,
            ["backbone"] = options.Backbone.Backbone,
            ["width"] = options.Backbone.FirstChannels(),
            ["method"] = options.Method,
            ["optimiser"] = options.Training.Optimiser,
            ["learningRate"] = options.Training.PeakLearningRate(),
            ["batchSize"] = options.Training.BatchSize,
            ["epochs"] = options.Training.EpochCount(),
            ["device"] = manifest.Versions.Device,
            ["threads"] = manifest.Versions.Threads,
            ["kernels"] = manifest.Versions.Kernels,
            ["seed"] = manifest.Seed,
            ["chosen"] = new JsonArray(
            [
                .. manifest.Choices.Select(choice => (JsonNode)new JsonObject
                {
                    ["option"] = choice.Option, ["value"] = choice.Value, ["reason"] = choice.Reason,
                }),
            ]),
            ["notes"] = new JsonArray([.. manifest.Notes.Select(note => (JsonNode)note)]),
        };
    }
}
