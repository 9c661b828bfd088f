namespace Lethe.Methods;

/// <summary>How much a method is trained on: what its options may have to follow.</summary>
/// <param name="Images">Images to train on.</param>
/// <param name="BatchSize">Images of a batch.</param>
public sealed record TrainingSize(int Images, int BatchSize)
{
    /// <summary>Many images in batches of 128, for which a method's usual sizes are meant.</summary>
    public static TrainingSize Usual { get; } = new(int.MaxValue, 128);
}
