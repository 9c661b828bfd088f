namespace Lethe.Recognition;

/// <summary>From scores of classes to what is said of an image.</summary>
internal static class ClassScores
{
    /// <summary>A confidence that nothing has, for rejecting all.</summary>
    public static readonly double AboveAll = Math.BitIncrement(1.0);

    /// <summary>The most likely class and how likely it is.</summary>
    /// <param name="scores">Scores of all classes; changed.</param>
    /// <param name="sharpness">What they are multiplied with.</param>
    public static (int Class, double Confidence) MostLikely(double[] scores, double sharpness)
    {
        Normalise(scores, sharpness);
        int best = 0;
        for (int k = 1; k < scores.Length; k++)
            best = scores[k] > scores[best] ? k : best;
        return (best, Math.Min(1, scores[best]));
    }

    /// <summary>Softmax of scores times a sharpness, in place.</summary>
    public static void Normalise(double[] scores, double sharpness)
    {
        for (int k = 0; k < scores.Length; k++)
            scores[k] *= sharpness;
        SoftmaxRegression.LogSoftmax(scores);
        for (int k = 0; k < scores.Length; k++)
            scores[k] = Math.Exp(scores[k]);
    }
}
