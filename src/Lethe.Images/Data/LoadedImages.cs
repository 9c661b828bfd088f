namespace Lethe.Data;

/// <summary>Images as they came from a source, in the order asked for.</summary>
/// <param name="Images">Null where a file could not be read.</param>
/// <param name="SkippedFiles">Those files, as <c>path: reason</c>.</param>
/// <param name="ImageSize">Height and width of a view.</param>
/// <param name="Sizes">Sizes in the source.</param>
internal sealed record LoadedImages(
    IReadOnlyList<Image?> Images, IReadOnlyList<string> SkippedFiles, int ImageSize, SizeRange Sizes)
{
    /// <summary>What was found while reading that people should know, in sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
