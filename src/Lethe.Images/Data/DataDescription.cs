namespace Lethe.Data;

/// <summary>What a source holds and how it is divided, as <c>lethe data describe</c> shows it.</summary>
/// <param name="Source">The name of the source, as the user gave it.</param>
/// <param name="Kind">What it was recognised as, as <c>IDX</c> or <c>class folders</c>.</param>
/// <param name="Train">Number of images for training, after <c>--limit</c>.</param>
/// <param name="Probe">Number of images for fitting probes.</param>
/// <param name="Test">Number of images for measuring.</param>
/// <param name="Classes">The classes with their counts; empty where there are no labels.</param>
/// <param name="Sizes">Sizes of the images as they are stored in the source, before any reduction.</param>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="ImageSize">Height and width of a view, in pixels.</param>
/// <param name="Fingerprint">As in <see cref="DataSplits.Fingerprint"/>.</param>
/// <param name="SkippedFiles">As in <see cref="DataSplits.SkippedFiles"/>.</param>
internal sealed record DataDescription(
    string Source,
    string Kind,
    int Train,
    int Probe,
    int Test,
    IReadOnlyList<ClassCount> Classes,
    SizeRange Sizes,
    int Channels,
    int ImageSize,
    string Fingerprint,
    IReadOnlyList<string> SkippedFiles)
{
    /// <summary>As in <see cref="DataSplits.Notices"/>.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>The type of the samples.</summary>
    public SampleType Samples { get; init; }

    /// <summary>Which of their values are black and white.</summary>
    public IntensityRange Range { get; init; } = IntensityRange.Bytes;
}
