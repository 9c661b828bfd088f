namespace Lethe.Augmentation.Corruptions;

/// <summary>What lies beyond the border of an image: the index of the pixel that stands for one outside.</summary>
internal static class Border
{
    /// <summary>The outermost pixel goes on: a a | a b c | c c.</summary>
    public static int Nearest(int index, int count) => Math.Clamp(index, 0, count - 1);

    /// <summary>Mirrored at the centre of the outermost pixel, which is not repeated: c b | a b c | b a.</summary>
    public static int Mirror(int index, int count)
    {
        int period = Math.Max(1, 2 * (count - 1)), folded = ((index % period) + period) % period;
        return folded < count ? folded : period - folded;
    }

    /// <summary>Mirrored at the edge: b a | a b c | c b.</summary>
    public static int Reflect(int index, int count)
    {
        int period = 2 * count, folded = ((index % period) + period) % period;
        return folded < count ? folded : period - 1 - folded;
    }
}
