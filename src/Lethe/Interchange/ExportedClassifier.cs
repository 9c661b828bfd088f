using Lethe.Recognition;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>
/// A linear classifier of features: logits = Weights · ((features − Mean) ⊙ Scale) + Bias, probabilities = softmax(logits / Temperature).
/// </summary>
/// <param name="ClassNames">K names.</param>
/// <param name="Mean">What is taken off each feature, [d].</param>
/// <param name="Scale">What each is multiplied with then, [d].</param>
/// <param name="Weights">[K, d].</param>
/// <param name="Bias">[K].</param>
/// <param name="Temperature">Above 0.</param>
/// <param name="Threshold">The probability of the best class below which it had better say nothing, from 0 to 1.</param>
internal sealed record ExportedClassifier(
    IReadOnlyList<string> ClassNames, double[] Mean, double[] Scale, double[,] Weights, double[] Bias, double Temperature, double Threshold)
{
    /// <summary>What a classifier of embeddings gives to a graph. The graph does not tell what is novel.</summary>
    /// <param name="classifier">The classifier.</param>
    public static ExportedClassifier Of(EmbeddingClassifier classifier)
    {
        ClassifierContents contents = classifier.Contents;
        var weights = new double[contents.Weights.GetLength(0), contents.Weights.GetLength(1)];
        Array.Copy(contents.Weights, weights, weights.Length);
        return new ExportedClassifier(
            contents.ClassNames,
            [.. contents.Scale.Mean.Select(value => (double)value)],
            [.. contents.Scale.Scale.Select(value => (double)value)],
            weights,
            [.. contents.Bias.Select(value => (double)value)],
            1 / contents.Sharpness,
            Math.Min(1, contents.RejectBelow));
    }

    /// <summary>Makes sure that its parts fit each other and the features.</summary>
    /// <param name="dimension">d, of the features.</param>
    /// <param name="layer">The layer that they are of, for the message.</param>
    /// <exception cref="RunException">They do not.</exception>
    public void Require(int dimension, string layer)
    {
        int classes = ClassNames.Count;
        if (Mean.Length != dimension)
        {
            throw new RunException(
                $"The classifier takes {Mean.Length} features, and {layer} of this encoder gives {dimension}. Give the --layer and the "
                + "encoder that it was made with.");
        }

        if (classes < 1 || Scale.Length != dimension || Bias.Length != classes || !(Temperature > 0)
            || Weights.GetLength(0) != classes || Weights.GetLength(1) != dimension)
        {
            throw new RunException(Invariant(
                $"The classifier's parts do not fit each other: {classes} names, {Scale.Length} scales, {Bias.Length} biases, weights ")
                + Invariant($"[{Weights.GetLength(0)}, {Weights.GetLength(1)}], temperature {Temperature}. Make it again."));
        }
    }
}
