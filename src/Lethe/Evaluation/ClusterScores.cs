namespace Lethe.Evaluation;

/// <summary>How far two partitions of the same items agree, whatever their parts are called.</summary>
internal static class ClusterScores
{
    /// <summary>
    /// Normalised mutual information I(A; B) / ((H(A) + H(B)) / 2) in [0, 1] (Strehl and Ghosh 2002, with the arithmetic mean, as
    /// scikit-learn has it by default); 1 where both partitions have one part only.
    /// </summary>
    /// <param name="first">The part of each item.</param>
    /// <param name="second">The part of each item in the other partition.</param>
    /// <returns>The score.</returns>
    /// <exception cref="ArgumentException">The lengths differ or are zero.</exception>
    public static double NormalisedMutualInformation(IReadOnlyList<int> first, IReadOnlyList<int> second)
    {
        (Dictionary<(int, int), int> joint, Dictionary<int, int> rows, Dictionary<int, int> columns) = Count(first, second);
        double n = first.Count;
        double Entropy(Dictionary<int, int> parts) => -parts.Values.Sum(count => count / n * Math.Log(count / n));
        double half = (Entropy(rows) + Entropy(columns)) / 2;
        if (half <= 0)
            return 1;
        double mutual = joint.Sum(
            cell => cell.Value / n * Math.Log(cell.Value * n / ((double)rows[cell.Key.Item1] * columns[cell.Key.Item2])));
        return Math.Clamp(mutual / half, 0, 1);
    }

    /// <summary>
    /// The Rand index less what chance gives, 1 where the partitions agree and 0 on average where they have nothing in common (Hubert and
    /// Arabie 1985).
    /// </summary>
    /// <param name="first">The part of each item.</param>
    /// <param name="second">The part of each item in the other partition.</param>
    /// <returns>The score, at most 1.</returns>
    /// <exception cref="ArgumentException">The lengths differ or are zero.</exception>
    public static double AdjustedRandIndex(IReadOnlyList<int> first, IReadOnlyList<int> second)
    {
        (Dictionary<(int, int), int> joint, Dictionary<int, int> rows, Dictionary<int, int> columns) = Count(first, second);
        static double Pairs(double count) => count * (count - 1) / 2;
        double both = joint.Values.Sum(count => Pairs(count)), inFirst = rows.Values.Sum(count => Pairs(count)),
            inSecond = columns.Values.Sum(count => Pairs(count));
        double all = Pairs(first.Count), expected = all > 0 ? inFirst * inSecond / all : 0, most = (inFirst + inSecond) / 2;

        // Both partitions are trivial: all in one part, or each item alone.
        return most - expected == 0 ? 1 : (both - expected) / (most - expected);
    }

    private static (Dictionary<(int, int), int> Joint, Dictionary<int, int> First, Dictionary<int, int> Second) Count(
        IReadOnlyList<int> first, IReadOnlyList<int> second)
    {
        if (first.Count == 0 || first.Count != second.Count)
            throw new ArgumentException(
                $"Expected two partitions of the same items, found {first.Count} and {second.Count}.", nameof(second));
        var joint = new Dictionary<(int, int), int>();
        var rows = new Dictionary<int, int>();
        var columns = new Dictionary<int, int>();
        for (int i = 0; i < first.Count; i++)
        {
            (int a, int b) = (first[i], second[i]);
            joint[(a, b)] = joint.GetValueOrDefault((a, b)) + 1;
            rows[a] = rows.GetValueOrDefault(a) + 1;
            columns[b] = columns.GetValueOrDefault(b) + 1;
        }

        return (joint, rows, columns);
    }
}
