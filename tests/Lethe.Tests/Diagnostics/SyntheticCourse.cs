using Lethe.Diagnostics;
using Lethe.Numerics;

namespace Lethe.Tests.Diagnostics;

/// <summary>
/// Accuracies of a training of known course, image by image: an image is labelled right where its own ease, what the seed made of it and
/// what an evaluation does by chance lie together below what the accuracy asks for.
/// </summary>
internal static class SyntheticCourse
{
    /// <summary>Rises at first, then stays.</summary>
    public static double Plateau(double x) => 0.45 - (0.15 * Math.Exp(-8 * x));

    /// <summary>The same, then all is lost at once at seven tenths.</summary>
    public static Func<double, double> Abrupt(double drop) => x => Plateau(x) - (x > 0.7 ? drop : 0);

    /// <summary>The same, then it goes down evenly from a fifth on.</summary>
    public static Func<double, double> Slow(double drop) => x => Plateau(x) - (drop * Math.Max(0, (x - 0.2) / 0.8));

    /// <summary>Rises to the end.</summary>
    public static double Rising(double x) => 0.3 + (0.15 * x);

    /// <summary>
    /// Measurements of one seed.
    /// </summary>
    /// <param name="seed">Decides what is random.</param>
    /// <param name="late">The accuracy of layer4 at a share of the training.</param>
    /// <param name="early">That of layer2.</param>
    /// <param name="evaluations">How many.</param>
    /// <param name="images">How many; the same ones for seeds of one hundred.</param>
    /// <param name="jitter">By how much an evaluation moves all images alike, a deviation.</param>
    /// <param name="measure">What is measured.</param>
    public static List<Measurement> Run(
        ulong seed, Func<double, double> late, Func<double, double> early, int evaluations = 21, int images = 2000, double jitter = 0.005,
        string measure = Measure.KnnAccuracy)
    {
        var random = new RandomStream(RandomStream.Derive(seed, 1));
        var shared = new RandomStream(RandomStream.Derive(seed / 100, 2));
        double[] ease = new double[images];
        for (int i = 0; i < images; i++)
            ease[i] = (0.75 * shared.NextGaussian()) + (0.45 * random.NextGaussian());
        var measured = new List<Measurement>();
        for (int t = 0; t < evaluations; t++)
        {
            foreach ((string layer, Func<double, double> course) in new[] { ("layer2", early), ("layer4", late) })
            {
                double threshold = Normal(course(t / (evaluations - 1.0)) + (jitter * random.NextGaussian()));
                bool[] hits = new bool[images];
                for (int i = 0; i < images; i++)
                    hits[i] = ease[i] + (0.48 * random.NextGaussian()) < threshold;
                measured.Add(new Measurement(t * 10, layer, measure, hits.Average(hit => hit ? 1.0 : 0)) { Hits = Hits.Pack(hits) });
            }
        }

        return measured;
    }

    // The sum of the three parts is nearly standard normal: 0.75² + 0.45² + 0.48² = 0.995.
    private static double Normal(double p) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, Math.Clamp(p, 0.01, 0.99));
}
