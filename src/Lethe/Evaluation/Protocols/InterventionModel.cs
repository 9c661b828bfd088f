using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Diagnostics;
using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A layer's answers to interventions on the test images, beside those of the pixels that enter the encoder. Nothing is fitted but a
/// whitening, where there is one.
/// </summary>
/// <param name="images">The changed images.</param>
/// <param name="whitening">Mean, [d], and matrix, [d, d], of a whitening of the features, which this disposes; null for none.</param>
internal sealed class InterventionModel(ChangedImages images, (Tensor Mean, Tensor Matrix)? whitening = null) : FittedModel
{
    public override string Checksum() => whitening is ({ } mean, { } matrix)
        ? EncoderState.Checksum([KeyValuePair.Create("mean", mean), KeyValuePair.Create("matrix", matrix)])
        : "";

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        double[] Pixels(IReadOnlyList<CausalFactor> changed) => images.PixelAnswers(changed, test, encoder, cancellation);
        double[] Answers(IReadOnlyList<CausalFactor> changed)
        {
            using var scope = NewDisposeScope();
            return Layer == LayerNames.Pixels ? Pixels(changed) : InterventionalSensitivity.Answers(
                Features(encoder, test, cancellation),
                Features(encoder, images.Under(changed, test, encoder, cancellation), cancellation));
        }

        double[] irrelevant = Answers(CausalShapes.Irrelevant), relevant = Answers([CausalFactor.Shape]);
        Score Of(string measure, Func<int[], double> value) => Score.ByBootstrap(measure, test.Count, value, seed);
        List<Score> scores =
        [
            Of(Score.IrrelevantAnswer, chosen => chosen.Average(i => irrelevant[i])),
            Of(Score.RelevantAnswer, chosen => chosen.Average(i => relevant[i])),
        ];

        // A layer that does not see the shape at all has no ratio.
        if (relevant.Count(answer => answer > 0) * 2 <= relevant.Length)
            return scores;
        scores.Add(Of(Score.Sensitivity, chosen => Ratio(irrelevant, relevant, chosen)));
        if (Layer == LayerNames.Pixels)
            return scores;
        double[] ofPixels = Pixels(CausalShapes.Irrelevant), ofPixelsRelevant = Pixels([CausalFactor.Shape]);
        scores.Add(Of(
            Score.SensitivityOverPixels,
            chosen => Ratio(irrelevant, relevant, chosen) / Ratio(ofPixels, ofPixelsRelevant, chosen)));
        return scores;
    }

    protected override void Release()
    {
        whitening?.Mean.Dispose();
        whitening?.Matrix.Dispose();
    }

    private static double Ratio(double[] irrelevant, double[] relevant, int[] chosen) =>
        chosen.Sum(i => irrelevant[i]) / chosen.Sum(i => relevant[i]);

    private Tensor Features(EncoderState encoder, ImageSet set, CancellationToken cancellation)
    {
        Tensor features = encoder.Features(set, cancellation)[Layer]; // [N, d]
        return whitening is ({ } mean, { } matrix) ? (features.to(ScalarType.Float64) - mean).mm(matrix) : features;
    }
}
