namespace Lethe.Data;

/// <summary>Sentences on images that several places say or look for.</summary>
internal static class DataNotice
{
    /// <summary>What begins a sentence after which differences between images trained on and unseen ones say little.</summary>
    public const string Void = "Equal images are trained on and measured on";

    /// <summary>That test images are equal to images trained on.</summary>
    public static string Shared(int shared, int test) => Invariant(
        $"{Void}: {shared} of {test} test images ({100.0 * shared / test:0.0} %) are equal to training images. Gaps between the two are too small, and accuracies may be too high by as much.");
}
