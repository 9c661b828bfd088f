namespace Lethe.Diagnostics;

/// <summary>What the error of a mean was made from.</summary>
internal enum MeanErrorOrigin
{
    /// <summary>Seeds and images, each image seen under every seed; or the images of one seed.</summary>
    SameImages,

    /// <summary>Seeds and images, other images under each seed.</summary>
    OtherImages,

    /// <summary>The spread over seeds.</summary>
    Seeds,

    /// <summary>The number of images alone.</summary>
    Sampling,
}
