using Lethe.Augmentation;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>
/// A training: what one step does, and where it stands. <see cref="TrainingLoop"/> brings the batches and asks for the steps; pre-training,
/// UMM, its control and what protocols train are trainers.
/// </summary>
/// <param name="loader">Gives the batches; whoever made it disposes it.</param>
/// <param name="batchesPerStep">Batches that a step takes.</param>
internal abstract class Trainer(ViewLoader loader, int batchesPerStep = 1) : IDisposable
{
    /// <summary>Gives the batches.</summary>
    public ViewLoader Loader => loader;

    /// <summary>Batches that a step takes.</summary>
    public int BatchesPerStep => batchesPerStep;

    /// <summary>Steps in a pass over the images; what is left over of them waits for another pass's order.</summary>
    public int StepsPerEpoch { get; } = loader.StepsPerEpoch / batchesPerStep;

    /// <summary>Steps in all.</summary>
    public abstract long TotalSteps { get; }

    /// <summary>Where training stands; set it to go on from a checkpoint.</summary>
    public TrainingState State { get; set; } = new();

    /// <summary>Passes over the images that are done.</summary>
    public int Epoch => (int)(State.Step / StepsPerEpoch);

    /// <summary>How ranks take the steps together; null where one process takes them alone.</summary>
    public RankedSteps? Ranked { get; init; }

    /// <summary>Takes a step; tensors that it makes are gone afterwards.</summary>
    /// <param name="batches">As many batches as a step takes; each is valid until the next is asked for.</param>
    /// <returns>What it says of itself.</returns>
    /// <exception cref="Runtime.TrainingException">The loss is not finite; the state is that of before.</exception>
    /// <exception cref="RankedStepsEndedException">This rank follows rank 0, which takes no more steps.</exception>
    public StepReport Take(IEnumerable<ViewBatch> batches)
    {
        Ranked?.Begin();
        using var scope = NewDisposeScope();
        StepReport report = Step(batches);
        State.Step++;
        return report;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>What a step does. It runs in a dispose scope of its own.</summary>
    /// <param name="batches">As many batches as a step takes; each is valid until the next is asked for.</param>
    /// <returns>What it says of itself.</returns>
    protected abstract StepReport Step(IEnumerable<ViewBatch> batches);
}
