using MathNet.Numerics.Distributions;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// How well an encoder's answers tell images trained on from others: two views of an image trained on are more alike where the encoder
/// knows the image. Of each image the cosine of its two views; the area under the curve of that score is the chance that an image trained
/// on has a larger one than an image that is not, where equal scores count as half (Mann–Whitney).
/// </summary>
/// <remarks>Source of the attack: Liu, Jia, Qu and Gong 2021 (EncoderMI), arXiv:2108.11023, with two views and no classifier.</remarks>
internal static class Membership
{
    /// <summary>The area for two views each of images trained on and of others.</summary>
    /// <param name="seen">Shape [2, N, d], of images trained on.</param>
    /// <param name="unseen">Shape [2, M, d], of images that are not.</param>
    /// <returns>In [0, 1]; 0.5 tells nothing. A row of zeros has the cosine 0.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="Runtime.DataException">The features hold NaN or infinity; the message names the row.</exception>
    public static double Auc(Tensor seen, Tensor unseen) => Auc(Cosines(seen, nameof(seen)), Cosines(unseen, nameof(unseen)));

    /// <summary>The area for scores, exact.</summary>
    /// <param name="seen">Scores of what should have the larger ones; at least one.</param>
    /// <param name="unseen">Scores of the others; at least one.</param>
    /// <returns>In [0, 1].</returns>
    public static double Auc(double[] seen, double[] unseen)
    {
        double[] others = [.. unseen.Order()];
        double sum = 0;
        int below = 0, notAbove = 0;
        foreach (double score in seen.Order())
        {
            while (below < others.Length && others[below] < score)
                below++;
            while (notAbove < others.Length && others[notAbove] <= score)
                notAbove++;
            sum += (below + notAbove) / 2.0;
        }

        return sum / ((double)seen.Length * others.Length);
    }

    /// <summary>How far from 0.5 the area lies by chance in 19 of 20 cases, by Mann and Whitney's normal approximation.</summary>
    /// <param name="seen">How many scores there are of the one kind.</param>
    /// <param name="unseen">And of the other.</param>
    /// <param name="tests">Of how many areas none may lie further in these cases, by Bonferroni.</param>
    public static double Chance(int seen, int unseen, int tests = 1) =>
        Normal.InvCDF(0, 1, 1 - (0.025 / tests)) * Math.Sqrt((seen + unseen + 1) / (12.0 * seen * unseen));

    private static double[] Cosines(Tensor views, string name)
    {
        FeatureCheck.Shape(views, 3, "[2, images, dimension]", name);
        if (views.size(0) != 2)
            throw new ArgumentException($"Expected two views of each image, found {views.size(0)}.", name);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        FeatureCheck.Finite(views, name);
        Tensor rows = Magnitude.UnitRows(views, ScalarType.Float64);
        return (rows[0] * rows[1]).sum(1).cpu().data<double>().ToArray();
    }
}
