using Lethe.Augmentation;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;

namespace Lethe.Workflow;

/// <summary>The encoder of a run, an undo or a control, as something that can leave.</summary>
internal static class RunEncoder
{
    /// <summary>Describes the encoder.</summary>
    /// <param name="method">The method with its weights, which is left in evaluation mode and stays the caller's.</param>
    /// <param name="manifest">What the run says of itself.</param>
    /// <param name="epoch">Epochs of training behind the weights.</param>
    /// <returns>The encoder.</returns>
    public static ExportSource Of(SslMethod method, RunManifest manifest, double epoch)
    {
        method.eval();
        ChannelStatistics statistics = manifest.Data.Statistics();
        ResNet network = method.Backbone;
        AugmentationOptions views = manifest.Pretraining.Views;
        return new ExportSource(network, statistics, views, ExportSource.Describe(network, statistics, views) with
        {
            Method = manifest.Pretraining.Method,
            Epoch = epoch,
            Stage = StageOf(manifest.Kind).ToString().ToLowerInvariant(),
            Fingerprint = manifest.Data.Fingerprint,
        })
        {
            Projector = method.named_children().FirstOrDefault(child => child.name == LayerNames.Projector).module,
            Project = method.Project,
        };
    }

    private static EvaluationStage StageOf(RunKind kind) => kind switch
    {
        RunKind.Control => EvaluationStage.Control,
        RunKind.Umm => EvaluationStage.Umm,
        _ => EvaluationStage.Before,
    };
}
