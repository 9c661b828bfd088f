using Lethe.Augmentation;
using Lethe.Evaluation;
using Lethe.Models;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>The ZCA-whitening of a layer's features, by those of the run's training images as they are, without labels.</summary>
internal static class FeatureWhitening
{
    /// <summary>Fits a whitening.</summary>
    /// <param name="network">The encoder, in evaluation mode.</param>
    /// <param name="project">Its projector, where that layer is asked for; null for none.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="epsilon">How much of the covariance is taken for spherical, above 0 and at most 1.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>Mean, [d], and matrix, [d, d], of the dispose scope that is open; in double precision on the processor.</returns>
    /// <exception cref="Runtime.DataException">The features are not finite, or all equal.</exception>
    public static (Tensor Mean, Tensor Matrix) Fit(
        ResNet network, Func<Tensor, Tensor>? project, string layer, double epsilon, Session session,
        IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        int done = 0;
        IEnumerable<ViewBatch> Batches()
        {
            foreach (ViewBatch batch in EvaluationBatches.Plain(
                session.Data.Train, session.Augmenter, EvaluationBatches.SizeFor(session.Augmenter.Size), session.Machine.ThreadCount(),
                cancellation))
            {
                yield return batch;
                progress?.Report(new WorkflowProgress("features for whitening", done += batch.N, session.Data.Train.Count, ""));
            }
        }

        using var scope = NewDisposeScope();
        Tensor features = LayerFeatures.Collect(network, project, Batches(), session.Device, cancellation)[layer][0]; // [N, d]
        (Tensor mean, Tensor matrix) = Whitening.Zca(features, epsilon);
        return (mean.MoveToOuterDisposeScope(), matrix.MoveToOuterDisposeScope());
    }
}
