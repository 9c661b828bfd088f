using Lethe.Numerics;
using Lethe.Recognition;
using Lethe.Storage;

namespace Lethe.Benchmarks;

/// <summary>
/// How good a classifier from few labelled images is, how good it says that it is, and what it rejects: a Markdown table over numbers of
/// images a class. Two classes are left out of the training; they are what should be rejected.
/// </summary>
internal static class FewLabels
{
    private const int Unknown = 2;
    private const double Target = 0.95, NovelShare = 0.05;

    /// <param name="features">A .npy file of <c>lethe embed</c>, of images in class folders.</param>
    /// <param name="other">Another, of images of another kind; null for none.</param>
    /// <param name="perClass">Labelled images of each class.</param>
    /// <param name="seeds">Draws of them, and of the classes that are left out.</param>
    public static void Write(string features, string? other, IReadOnlyList<int> perClass, int seeds)
    {
        float[][] rows = Rows(features), foreign = other is null ? [] : Rows(other);
        string[] paths = File.ReadAllLines(Path.ChangeExtension(features, ".txt"));
        (int[] labels, string[] names) = new ImageEmbeddings(new float[rows.Length, 1], paths).ByFolder();
        Console.WriteLine($"| images a class | accuracy by cross-validation | on the others | confidence off by | right of the accepted at {Target} "
            + "(accepted) | novel: known | novel: unknown classes | novel: another kind |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (int count in perClass)
        {
            var table = new List<double[]>();
            for (int seed = 0; seed < seeds; seed++)
                table.Add(Measure(rows, labels, names, foreign, count, (ulong)seed));
            string Cell(int column)
            {
                double[] values = [.. table.Select(one => one[column]).Where(double.IsFinite)];
                return values.Length == 0
                    ? "–"
                    : FormattableString.Invariant($"{100 * values.Average():F0} ({100 * values.Min():F0} to {100 * values.Max():F0})");
            }

            Console.WriteLine($"| {count} | {Cell(0)} | {Cell(1)} | {Cell(2)} | {Cell(3)} of {Cell(4)} | {Cell(5)} | {Cell(6)} | {Cell(7)} |");
        }
    }

    private static double[] Measure(float[][] rows, int[] labels, string[] names, float[][] foreign, int count, ulong seed)
    {
        var random = new RandomStream(RandomStream.Derive(seed, (ulong)count));
        int[] classes = random.Permutation(names.Length), order = random.Permutation(rows.Length);
        int known = names.Length - Unknown;
        int[] place = new int[names.Length];
        for (int k = 0; k < names.Length; k++)
            place[classes[k]] = k;
        var drawn = new int[names.Length];
        var train = new List<int>();
        var test = new List<int>();
        var unknown = new List<float[]>();
        foreach (int i in order)
        {
            int k = place[labels[i]];
            if (k >= known)
                unknown.Add(rows[i]);
            else if (drawn[k]++ < count)
                train.Add(i);
            else
                test.Add(i);
        }

        var embeddings = new float[train.Count, rows[0].Length];
        for (int i = 0; i < train.Count; i++)
        {
            for (int j = 0; j < rows[0].Length; j++)
                embeddings[i, j] = rows[train[i]][j];
        }

        EmbeddingClassifier classifier = EmbeddingClassifier.Train(
            embeddings, [.. train.Select(i => place[labels[i]])], [.. classes[..known].Select(k => names[k])],
            new ClassifierOptions { TargetAccuracy = Target, NovelShare = NovelShare, Seed = seed });
        (Classification Found, bool Right)[] found =
            [.. test.Select(i => (Found: classifier.Classify(rows[i]), i)).Select(one => (one.Found, one.Found.Class == place[labels[one.i]]))];
        bool[] accepted = [.. found.Select(one => one.Found.Confidence >= classifier.RejectBelow)];
        double Novel(IEnumerable<float[]> images) => images.Select(row => classifier.Classify(row).Novelty > 1 ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();
        return
        [
            classifier.Validation.Accuracy,
            found.Average(one => one.Right ? 1.0 : 0),
            Calibration.Error([.. found.Select(one => one.Found.Confidence)], [.. found.Select(one => one.Right)]),
            found.Zip(accepted).Where(one => one.Second).Select(one => one.First.Right ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average(),
            accepted.Average(one => one ? 1.0 : 0),
            Novel(test.Select(i => rows[i])),
            Novel(unknown),
            Novel(foreign),
        ];
    }

    private static float[][] Rows(string file)
    {
        NpyArray array = NpyFile.Read(file);
        return [.. ((float[])array.Values).Chunk((int)array.Shape[1])];
    }
}
