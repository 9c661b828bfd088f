using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Recognition;

/// <summary>Division of labelled rows into parts that have each class alike, seeded.</summary>
internal static class Folds
{
    /// <summary>The part of each row. A class with fewer rows than there are parts is in as many parts as it has rows.</summary>
    /// <param name="truth">The class of each row, from 0.</param>
    /// <param name="classNames">Names of the classes.</param>
    /// <param name="folds">How many parts, at least 2.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <exception cref="DataException">A class has fewer than two rows.</exception>
    public static int[] Draw(int[] truth, IReadOnlyList<string> classNames, int folds, ulong seed)
    {
        int[] parts = new int[truth.Length];
        int next = 0;
        for (int k = 0; k < classNames.Count; k++)
        {
            int[] rows = [.. Enumerable.Range(0, truth.Length).Where(i => truth[i] == k)];
            if (rows.Length < 2)
                throw new DataException(
                    $"Class '{classNames[k]}' has {(rows.Length == 0 ? "no image" : "one image")}; cross-validation needs at least two of "
                    + "each class, and some ten tell more. Add images, or leave the class out.");
            new RandomStream(RandomStream.Derive(seed, (ulong)k)).Shuffle<int>(rows);
            foreach (int row in rows)
                parts[row] = next++ % folds;
        }

        return parts;
    }
}
