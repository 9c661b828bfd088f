namespace Lethe.Data;

/// <summary>The smallest and largest height and width of some images, in pixels.</summary>
/// <param name="MinHeight">Smallest height.</param>
/// <param name="MaxHeight">Largest height.</param>
/// <param name="MinWidth">Smallest width.</param>
/// <param name="MaxWidth">Largest width.</param>
internal sealed record SizeRange(int MinHeight, int MaxHeight, int MinWidth, int MaxWidth)
{
    /// <summary>The median of the shorter sides: as many images are larger as are smaller.</summary>
    public int MedianShortSide { get; init; } = Math.Min(MinHeight, MinWidth);

    internal bool IsOneSquare => MinHeight == MaxHeight && MinWidth == MaxWidth && MinHeight == MinWidth;

    internal static SizeRange Of(IReadOnlyCollection<(int Height, int Width)> sizes) => new(
        sizes.Min(size => size.Height), sizes.Max(size => size.Height), sizes.Min(size => size.Width), sizes.Max(size => size.Width))
    {
        MedianShortSide = sizes.Select(size => Math.Min(size.Height, size.Width)).Order().ElementAt(sizes.Count / 2),
    };
}
