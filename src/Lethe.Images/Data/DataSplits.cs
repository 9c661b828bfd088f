namespace Lethe.Data;

/// <summary>
/// The three parts of a source, disjoint: <paramref name="Train"/> is all that self-supervised training sees, without
/// labels; <paramref name="Probe"/> fits probes; <paramref name="Test"/> measures and chooses nothing.
/// </summary>
/// <param name="Source">The name of the source, as the user gave it.</param>
/// <param name="Train">Images for training.</param>
/// <param name="Probe">Images for fitting probes, with labels where the source has any.</param>
/// <param name="Test">Images for measuring, with labels where the source has any.</param>
/// <param name="ImageSize">Height and width of a view, in pixels, as resolved from the options and the images.</param>
/// <param name="Fingerprint">XXH3-128 of the pixels, labels and division, in hexadecimal: equal exactly when the parts are.</param>
/// <param name="SkippedFiles">Files that were corrupt or empty and were left out, each with the reason.</param>
internal sealed record DataSplits(
    string Source,
    ImageSet Train,
    ImageSet Probe,
    ImageSet Test,
    int ImageSize,
    string Fingerprint,
    IReadOnlyList<string> SkippedFiles)
{
    /// <summary>What was understood, left out or is to be known of the images, in sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Of items that are kept in one part with others: what the group is called.</summary>
    public IReadOnlyDictionary<int, string> Groups { get; init; } = new Dictionary<int, string>();

    /// <summary>Images that nothing reads until they are asked for; null where there are none.</summary>
    public SealedPart? Sealed { get; init; }

    /// <summary>What the source is, in words.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Sizes of the images as they came; null where nobody looked.</summary>
    public SizeRange? Sizes { get; init; }

    /// <summary>Images in the source, whether they are used or not.</summary>
    public int Found { get; init; }
}
