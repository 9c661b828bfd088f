namespace Lethe.Training;

/// <summary>What <see cref="TrainingLoop"/> has come to. What is done about it is the business of whoever runs the loop.</summary>
internal abstract record TrainingMoment
{
    private TrainingMoment()
    {
    }

    /// <summary>
    /// An epoch is about to begin, the first included. What is done now is done whole or not at all: an interruption within it leaves the
    /// state of before. Training may be left here for good.
    /// </summary>
    /// <param name="Epoch">Epochs done.</param>
    public sealed record EpochBegins(int Epoch) : TrainingMoment;

    /// <summary>A step was taken.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="Report">What it says of itself.</param>
    /// <param name="ImagesPerSecond">Images through training per second of it, since the loop began; evaluations left out.</param>
    /// <param name="WaitingShare">Share of that time in which training waited for batches, in [0, 1].</param>
    public sealed record StepTaken(long Step, StepReport Report, double ImagesPerSecond, double WaitingShare) : TrainingMoment;

    /// <summary>Layers are to be measured.</summary>
    /// <param name="Means">Means of the loss and its terms since they were last handed out, by name.</param>
    public sealed record EvaluationDue(IReadOnlyList<(string Name, double Mean)> Means) : TrainingMoment;

    /// <summary>The means are to be noted; comes between evaluations.</summary>
    /// <param name="Means">Means of the loss and its terms since they were last handed out, by name.</param>
    public sealed record NoteDue(IReadOnlyList<(string Name, double Mean)> Means) : TrainingMoment;

    /// <summary>A checkpoint is to be written.</summary>
    /// <param name="Evaluated">Whether the state is that of an evaluation.</param>
    public sealed record SaveDue(bool Evaluated) : TrainingMoment;
}
