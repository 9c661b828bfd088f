using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>A layer's answers to interventions on the test images. Nothing is fitted.</summary>
internal sealed class InterventionModel(ChangedImages images) : FittedModel
{
    public override string Checksum() => "";

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        Tensor features = encoder.Features(test, cancellation)[Layer];
        double[] Answers(IReadOnlyList<CausalFactor> changed) =>
            InterventionalSensitivity.Answers(
                features, encoder.Features(images.Under(changed, test, encoder, cancellation), cancellation)[Layer]);
        double[] irrelevant = Answers(CausalShapes.Irrelevant), relevant = Answers([CausalFactor.Shape]);
        Score Of(string measure, Func<int[], double> value) => Score.ByBootstrap(measure, test.Count, value, seed);
        IEnumerable<Score> answers =
        [
            Of(Score.IrrelevantAnswer, chosen => chosen.Average(i => irrelevant[i])),
            Of(Score.RelevantAnswer, chosen => chosen.Average(i => relevant[i])),
        ];

        // A layer that does not see the shape at all has no ratio.
        return relevant.Count(answer => answer > 0) * 2 > relevant.Length
            ? [.. answers, Of(Score.Sensitivity, chosen => chosen.Sum(i => irrelevant[i]) / chosen.Sum(i => relevant[i]))]
            : [.. answers];
    }

    protected override void Release()
    {
        // It holds no tensors.
    }
}
