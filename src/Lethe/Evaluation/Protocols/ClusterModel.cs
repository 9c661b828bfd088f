using System.IO.Hashing;
using System.Runtime.InteropServices;
using Lethe.Data;
using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>Centres of clusters, and the class that each stands for.</summary>
internal sealed class ClusterModel(KMeans clusters, int[] classes) : FittedModel
{
    public override string Checksum()
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes<float>(clusters.Centres.ToArray()));
        hash.Append(MemoryMarshal.AsBytes<int>(classes));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        int[] found = clusters.Assign(Rows(encoder.Features(test, cancellation)[Layer]));
        IReadOnlyList<int> truth = test.Labels!;
        Score Of(string measure, Func<IReadOnlyList<int>, IReadOnlyList<int>, double> score) => Score.ByBootstrap(
            measure, test.Count, images => score([.. images.Select(i => found[i])], [.. images.Select(i => truth[i])]), seed);

        return
        [
            // Which class a cluster has is found for all images together: no image is right or wrong by itself.
            Score.OfLabels([.. found.Select(cluster => classes[cluster])], test.Labels!) with { Hits = null },
            Of(Score.MutualInformation, ClusterScores.NormalisedMutualInformation),
            Of(Score.RandIndex, ClusterScores.AdjustedRandIndex),
        ];
    }

    /// <summary>Rows of unit length, so that a distance is an angle.</summary>
    public static Tensor Rows(Tensor features) => Magnitude.UnitRows(features, ScalarType.Float32);

    protected override void Release()
    {
        // It holds no tensors.
    }
}
