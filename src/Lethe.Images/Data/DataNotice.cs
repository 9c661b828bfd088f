namespace Lethe.Data;

/// <summary>Sentences on images that several places say or look for.</summary>
internal static class DataNotice
{
    /// <summary>What begins a sentence that casts doubt on differences between images trained on and unseen ones.</summary>
    public const string Void = "Trained on and measured on alike";

    /// <summary>That test images are equal to images trained on.</summary>
    /// <param name="equal">How many are equal to one.</param>
    /// <param name="near">How many more are nearly equal to one.</param>
    /// <param name="test">How many test images there are.</param>
    public static string Shared(int equal, int near, int test)
    {
        string which = (equal, near) switch
        {
            (_, 0) => $"{equal} of {test} test images are equal to training images",
            (0, _) => $"{near} of {test} test images are nearly equal to training images",
            _ => $"{equal} of {test} test images are equal and {near} nearly equal to training images",
        };
        return $"{Void}: {which}. "
            + "Differences between images trained on and unseen ones are too small by up to "
            + Invariant($"{100.0 * (equal + near) / test:0.#} %, ")
            + "and accuracies may be too high by as much. 'lethe data check' lists the images"
            + (near == 0 ? "." : "; --duplicates near keeps them in one part.");
    }
}
