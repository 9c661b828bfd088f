namespace Lethe.Workflow;

/// <summary>How fast images are worked on, in words.</summary>
internal static class Pace
{
    /// <summary>As "52 images/s", "3.4 images/s", or "2.5 s an image" where less than one is done in a second.</summary>
    /// <param name="imagesPerSecond">Images per second; nothing is said where it is no positive number.</param>
    public static string Words(double imagesPerSecond) => imagesPerSecond switch
    {
        >= 9.5 and < double.PositiveInfinity => Invariant($"{imagesPerSecond:F0} images/s"),
        >= 1 and < 9.5 => Invariant($"{imagesPerSecond:F1} images/s"),
        > 0 and < 1 => Invariant($"{1 / imagesPerSecond:F1} s an image"),
        _ => "",
    };
}
