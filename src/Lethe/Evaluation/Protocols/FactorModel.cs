using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// What reads the factors of an image from the features of a layer: a linear classifier for each categorical factor, a linear regression of
/// the continuous ones.
/// </summary>
internal sealed class FactorModel : FittedModel
{
    private static readonly CausalFactor[] categorical = [.. CausalShapes.Factors.Where(factor => CausalFactors.Values(factor) > 0)];
    private static readonly CausalFactor[] continuous = [.. CausalShapes.Factors.Except(categorical)];

    private readonly LinearClassifier[] classifiers;
    private readonly LinearReadout readout;

    private FactorModel(LinearClassifier[] classifiers, LinearReadout readout)
    {
        this.classifiers = classifiers;
        this.readout = readout;
    }

    public static FactorModel Fit(Tensor features, CausalFactors[] factors, string layer, ulong seed, CancellationToken cancellation) =>
        new(
        [
            .. categorical.Select(
                factor =>
                    LogisticRegression.Fit(features, Labels(factors, factor), new LogisticRegressionOptions { Seed = seed }, cancellation)),
        ],
        RidgeRegression.Fit(
            features, [.. continuous.Select(factor => (IReadOnlyList<double>)[.. factors.Select(image => image.Of(factor))])]))
    {
        Variant = "factors", Layer = layer, FitCount = factors.Length,
    };

    public override string Checksum()
    {
        var hash = new XxHash128();
        foreach (LinearClassifier classifier in classifiers)
            hash.Append(Encoding.ASCII.GetBytes(LinearModel.ChecksumOf(classifier)));
        foreach (double[] values in new[] { readout.Mean, readout.Scale, readout.Weights, readout.Intercept })
            hash.Append(MemoryMarshal.AsBytes<double>(values));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        CausalFactors[] factors = CausalTestImages.Factors(test, 0);
        Tensor features = encoder.Features(test, cancellation)[Layer];
        using var scope = NewDisposeScope();
        double[] read = readout.Read(features).data<double>().ToArray(); // [M, t] row by row
        return
        [
            .. categorical.Select(
                (factor, i) => Score.OfLabels(classifiers[i].Predict(features), Labels(factors, factor), Score.AccuracyOf(Name(factor)))),
            .. continuous.Select((factor, t) => Read(
                Name(factor), [.. factors.Select(image => image.Of(factor))],
                [.. Enumerable.Range(0, factors.Length).Select(i => read[(i * continuous.Length) + t])], seed)),
        ];
    }

    protected override void Release()
    {
        // It holds no tensors.
    }

    private static string Name(CausalFactor factor) => factor.ToString().ToLowerInvariant();

    private static int[] Labels(CausalFactors[] factors, CausalFactor factor) => [.. factors.Select(image => (int)image.Of(factor))];

    private static Score Read(string factor, double[] truth, double[] read, ulong seed) => Score.ByBootstrap(
        Score.DeterminationOf(factor), truth.Length, chosen => Determination.Of(read, truth, chosen), seed);
}
