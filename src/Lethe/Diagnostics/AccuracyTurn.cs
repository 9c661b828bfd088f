namespace Lethe.Diagnostics;

/// <summary>Whether one accuracy of the last layer turned over training.</summary>
/// <param name="Measure">The accuracy.</param>
/// <param name="BestEpoch">t*: the best epoch, chosen on other images than <see cref="Drop"/> was measured on where hits are known.</param>
/// <param name="Drop">How much lower the end is than t*, as a fraction of the images; below 0 where it is higher.</param>
/// <param name="Beyond">By how much that is more than the early layer's drop between the same epochs.</param>
internal sealed record AccuracyTurn(string Measure, int BestEpoch, AccuracyDrop Drop, AccuracyDrop Beyond)
{
    /// <summary>How many evaluations it rests on.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Whether images were known one by one, and so halved.</summary>
    public required bool ByImages { get; init; }

    /// <summary>
    /// The chance of this if there were no drop, or none beyond the early layer's: the larger of the two; 1 where one is below 0.
    /// </summary>
    public double P => Math.Max(Drop.P, Beyond.P);

    /// <summary>The same after Holm's correction for the other accuracies that were judged.</summary>
    public double AdjustedP { get; init; } = 1;

    /// <summary>Whether it turned.</summary>
    public bool Turned { get; init; }

    /// <summary>
    /// Whether half of the drop was lost within a tenth of the epochs; null where it did not turn, or no two evaluations are so close.
    /// </summary>
    public bool? Abrupt { get; init; }

    /// <summary>The smallest drop that would have been seen in four of five repetitions, were the early layer to hold.</summary>
    public double SmallestVisible { get; init; }
}
