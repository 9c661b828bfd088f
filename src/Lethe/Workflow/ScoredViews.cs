using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>Features of views of single images: the same views, whatever the encoder.</summary>
/// <param name="session">The session of the run that is scored, which decides the views.</param>
/// <param name="options">How many views.</param>
/// <param name="total">Images to go through, for the progress.</param>
/// <param name="progress">Told how far the work has come.</param>
/// <param name="cancellation">Stops between two batches.</param>
internal sealed class ScoredViews(
    Session session, ScoringOptions options, int total, IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
{
    // Views that neither training nor the evaluation has used.
    private const ulong Path = 0x5353_4C4D_656D;

    private int done;

    /// <summary>What the views are drawn from.</summary>
    public static ulong Seed(Session session) => RandomStream.Derive(Path, session.Options.Seed);

    /// <summary>Features of each layer, [V, N, d], which belong to the caller's dispose scope.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="augmenter">The session's, or one with the encoder's own channel statistics.</param>
    /// <param name="images">The images.</param>
    public IReadOnlyDictionary<string, Tensor> Of(SslMethod encoder, ViewAugmenter augmenter, ImageSet images) => LayerFeatures.Collect(
        encoder,
        Reported(EvaluationBatches.FixedViews(
            images, augmenter, Math.Max(1, EvaluationBatches.SizeFor(augmenter.Size) / options.ScoreViews), Seed(session),
            session.Machine.ThreadCount(), options.ScoreViews, cancellation)),
        session.Device, cancellation);

    private IEnumerable<ViewBatch> Reported(IEnumerable<ViewBatch> batches)
    {
        foreach (ViewBatch batch in batches)
        {
            yield return batch;
            progress?.Report(new WorkflowProgress("scoring", done += batch.N, total, ""));
        }
    }
}
