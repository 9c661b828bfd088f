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

    /// <summary>Of some sizes, at least one.</summary>
    internal static SizeRange Of(IEnumerable<(int Height, int Width)> sizes)
    {
        // Of many images few sides differ: they are counted, not kept.
        var shortSides = new SortedDictionary<int, int>();
        (int low, int high, int narrow, int wide) = (int.MaxValue, int.MinValue, int.MaxValue, int.MinValue);
        foreach ((int height, int width) in sizes)
        {
            (low, high, narrow, wide) = (Math.Min(low, height), Math.Max(high, height), Math.Min(narrow, width), Math.Max(wide, width));
            int side = Math.Min(height, width);
            shortSides[side] = shortSides.GetValueOrDefault(side) + 1;
        }

        int below = shortSides.Values.Sum() / 2;
        return new SizeRange(low, high, narrow, wide)
        {
            MedianShortSide = shortSides.First(side => (below -= side.Value) < 0).Key,
        };
    }
}
