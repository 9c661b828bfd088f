namespace Lethe.Diagnostics;

/// <summary>
/// Holm's (1979) correction of tests that are read together: if none of the effects is there, the chance that even one adjusted p is below
/// 5 % is at most 5 %, however the tests depend on each other.
/// </summary>
internal static class Holm
{
    /// <summary>
    /// Adjusts the p of m tests: the k-th smallest is taken times m − k + 1, is no smaller than the one before, and at most 1.
    /// </summary>
    /// <param name="chances">p of each test, in [0, 1].</param>
    /// <returns>The adjusted p, in the same order.</returns>
    public static double[] Adjust(IReadOnlyList<double> chances)
    {
        double[] adjusted = new double[chances.Count];
        double least = 0;
        foreach ((int rank, int at) in Enumerable.Range(0, chances.Count).OrderBy(i => chances[i]).Index())
        {
            least = Math.Max(least, Math.Min(1, (chances.Count - rank) * chances[at]));
            adjusted[at] = least;
        }

        return adjusted;
    }
}
