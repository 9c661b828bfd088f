using Lethe.Numerics;

namespace Lethe.Tests.Recognition;

/// <summary>Made-up embeddings: a normal cloud around a random centre for each class.</summary>
internal static class Clouds
{
    /// <param name="perClass">Rows of each class.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="dimension">Numbers of a row.</param>
    /// <param name="apart">Deviation of the centres, that of rows around them being 1.</param>
    /// <param name="seed">Of the rows.</param>
    /// <param name="centreSeed">Of the centres.</param>
    public static (float[,] Rows, int[] Labels) Make(
        int perClass, int classes, int dimension, double apart, ulong seed, ulong centreSeed = 1)
    {
        var centres = new RandomStream(centreSeed);
        double[] centre = [.. Enumerable.Range(0, classes * dimension).Select(_ => apart * centres.NextGaussian())];
        var random = new RandomStream(seed);
        var rows = new float[perClass * classes, dimension];
        int[] labels = new int[perClass * classes];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = i % classes;
            for (int j = 0; j < dimension; j++)
                rows[i, j] = (float)(centre[(labels[i] * dimension) + j] + random.NextGaussian());
        }

        return (rows, labels);
    }

    public static string[] Names(int classes) => [.. Enumerable.Range(0, classes).Select(k => $"class {k}")];

    public static float[] Row(float[,] rows, int index) => [.. Enumerable.Range(0, rows.GetLength(1)).Select(j => rows[index, j])];
}
