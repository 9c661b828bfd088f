using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Runtime;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// Measures the method's own loss on two fixed views of images trained on and of as many images never trained on. Where it falls on the
/// first and rises on the second, what is learnt no longer generalises: a sign that needs no labels.
/// </summary>
/// <remarks>
/// In evaluation mode, without schedules (as at the end of training) and without committing, so that the encoder alone makes the
/// difference between two evaluations. Batches are as large as in training, since the losses of most methods depend on it.
/// </remarks>
/// <param name="images">The images trained on, and those never trained on.</param>
/// <param name="augmenter">Renders views as in training.</param>
/// <param name="options">How many images.</param>
/// <param name="threads">Threads that render.</param>
/// <param name="device">Where the network is.</param>
/// <param name="labels">What a method that takes labels learns of the images trained on; null for others.</param>
internal sealed class MethodLossEvaluator(
    EvaluatedImages images, ViewAugmenter augmenter, EvaluationOptions options, int threads, Device device,
    IReadOnlyList<int>? labels = null)
{
    private const ulong ViewSeed = 0x4C_6F73_73;

    /// <summary>Measures the loss on both parts.</summary>
    /// <param name="method">The method; it is left in evaluation mode.</param>
    /// <param name="epoch">When, for the record.</param>
    /// <param name="batchSize">Images of a batch, as in training.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>
    /// <see cref="Measure.LossTrain"/> and <see cref="Measure.LossHeldOut"/> of the run; none where a part has fewer images than a batch,
    /// and not what is not finite.
    /// </returns>
    public IReadOnlyList<Measurement> Measure(SslMethod method, int epoch, int batchSize, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        int most = Math.Min(images.Seen.Count, images.Unseen.Count);
        if (most < batchSize)
            return [];
        int batches = Math.Max(1, Math.Min(options.RateImages, most) / batchSize);
        (string Name, double Loss)[] losses =
        [
            (Diagnostics.Measure.LossTrain, Mean(method, images.Seen, labels, batchSize, batches, cancellation)),
            (
                Diagnostics.Measure.LossHeldOut,
                Mean(method, images.Unseen, labels is null ? null : images.Unseen.Labels, batchSize, batches, cancellation)),
        ];
        return
        [
            .. losses.Where(loss => double.IsFinite(loss.Loss)).Select(
                loss => new Measurement(epoch, Diagnostics.Measure.Run, loss.Name, loss.Loss)),
        ];
    }

    private double Mean(
        SslMethod method, ImageSet part, IReadOnlyList<int>? targets, int batch, int batches, CancellationToken cancellation)
    {
        method.eval();
        using IDisposable frozen = no_grad();
        ImageSet first = part.Subset(part.Name, [.. Enumerable.Range(0, batch * batches)]);
        var late = TrainingProgress.AtTheEnd(ViewSeed);
        double sum = 0;
        foreach (
            ViewBatch views in EvaluationBatches.FixedViews(
                first, augmenter, batch, RandomStream.Derive(ViewSeed), threads, 2, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            try
            {
                sum += method.Loss(DeviceViews.Of(views, device, targets), late).Total.Value();
            }
            catch (TrainingException)
            {
                // A loss that these views have none of, as where a covariance is singular in evaluation alone, is not measured.
                return double.NaN;
            }
        }

        return sum / batches;
    }
}
