namespace Lethe.Methods;

/// <summary>What is said of batches that are smaller than they need be, for methods that learn from what a batch has.</summary>
internal static class SmallBatch
{
    /// <summary>Images of a batch below which it is worth a word; the smallest that is chosen where images are not few.</summary>
    public const int Enough = 16;

    /// <summary>One sentence, or none.</summary>
    /// <param name="method">The method's title, and what it takes from a batch, as "X takes its negatives from".</param>
    /// <param name="size">What is trained on.</param>
    public static IEnumerable<string> Advice(string method, TrainingSize size)
    {
        // Where all images are few there is nothing to raise.
        if (size.BatchSize < Enough && size.Images >= 4 * Enough)
            yield return $"{method} a batch of {size.BatchSize} images. Raise --batch-size to {Enough} or more, or leave it out.";
    }
}
