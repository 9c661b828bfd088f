namespace Lethe.Data;

/// <summary>Chooses the size of views where <see cref="DataOptions.ImageSize"/> leaves it open.</summary>
internal static class ViewSize
{
    /// <summary>
    /// The largest view that is chosen on a processor. From 96 pixels on networks begin with the large stem, whose maps are a sixteenth, so
    /// that a step at 128 costs less than one at 64; above 128 it costs more than any below.
    /// </summary>
    public const int MostOnProcessor = 128;

    /// <summary>The largest view that is chosen on a GPU: what published networks are trained at.</summary>
    public const int MostOnGpu = 224;

    /// <summary>How many times images may shrink before it is worth a warning.</summary>
    public const int MuchShrunk = 4;

    private const int Smallest = 16;

    private static readonly int[] steps = [Smallest, 24, 32, 48, 64, 96, 128, 160, MostOnGpu];

    /// <summary>
    /// That of the images where all are squares of one size, else the largest step that the shorter sides of half of them reach; at least
    /// 16.
    /// </summary>
    /// <param name="sizes">Sizes of the images.</param>
    /// <param name="most">The largest that may be chosen.</param>
    /// <returns>Height and width of a view in pixels.</returns>
    public static int For(SizeRange sizes, int most)
    {
        int side = Math.Clamp(sizes.MedianShortSide, Smallest, most);
        return sizes.IsOneSquare ? side : steps.Last(step => step <= side);
    }

    /// <summary>Why it is that size.</summary>
    /// <param name="size">What was chosen.</param>
    /// <param name="sizes">Sizes of the images.</param>
    /// <returns>Words that follow "since".</returns>
    public static string Reason(int size, SizeRange sizes)
    {
        int side = sizes.MedianShortSide;
        string images = sizes.IsOneSquare ? $"images are {side}×{side}" : $"the median short side is {side} pixels";
        return (size - side) switch
        {
            > 0 => $"{images}, and views need {Smallest}: they are enlarged",
            0 => sizes.IsOneSquare ? "that is the size of the images" : images,
            _ when size is MostOnProcessor or MostOnGpu => $"{images}, and views are larger only where --image-size asks for it",
            _ => images,
        };
    }

    /// <summary>What is to be said where images shrink much; null where they do not.</summary>
    /// <param name="size">Height and width of a view in pixels.</param>
    /// <param name="sizes">Sizes of the images.</param>
    /// <returns>A warning with what helps, and what that costs.</returns>
    public static string? Warning(int size, SizeRange sizes)
    {
        double times = (double)sizes.MedianShortSide / size;
        if (times <= MuchShrunk)
            return null;
        int larger = size < MostOnProcessor ? MostOnProcessor : size < MostOnGpu ? MostOnGpu : 2 * size;
        double cost = (double)larger * larger / ((double)size * size);
        return Invariant($"The images shrink {times:0} times: what is smaller than {times:0} pixels of them is not seen. ")
            + Invariant($"--image-size {larger} shows more, at up to {cost:0.#} times the time; so does cutting them into pieces first.");
    }
}
