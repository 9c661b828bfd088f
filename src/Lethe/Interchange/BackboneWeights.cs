using Lethe.Numerics;
using Lethe.Runtime;
using Lethe.Storage.Weights;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>
/// Reads the values of a network that was found, as torchvision's state dict has them. What other trainers and exporters write differently
/// is brought into that form so that the network in evaluation mode gives the same.
/// </summary>
internal static class BackboneWeights
{
    private const double Epsilon = 1e-5;

    /// <summary>Reads the values.</summary>
    /// <param name="file">The file.</param>
    /// <param name="found">Where they lie.</param>
    /// <param name="expected">Names and shapes of the network's tensors.</param>
    /// <param name="notes">Takes what was brought into form.</param>
    /// <returns>float32 by torchvision's names, of the dispose scope that is open.</returns>
    /// <exception cref="RunException">Values are not finite, or take more memory than the file is worth.</exception>
    public static Dictionary<string, Tensor> Load(
        WeightFile file, FoundBackbone found, IReadOnlyList<(string Name, long[] Shape)> expected, List<string> notes)
    {
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, _) in expected)
        {
            if (found.Tensors.TryGetValue(name, out StoredTensor? tensor))
                weights[name] = file.Load(tensor, ScalarType.Float32);
        }

        string[] convolutions =
            [.. expected.Where(entry => entry.Shape.Length == 4).Select(entry => entry.Name[..^".weight".Length])];
        int folded = 0, biased = 0;
        foreach (string convolution in convolutions)
        {
            string norm = FoundBackbone.NormOf(convolution);
            Tensor? bias = found.Tensors.TryGetValue(convolution + ".bias", out StoredTensor? stored)
                ? file.Load(stored, ScalarType.Float32)
                : null;
            if (!weights.ContainsKey(norm + ".weight"))
            {
                folded++;
                weights[norm + ".weight"] = ones_like(bias!);
                weights[norm + ".bias"] = bias!;
                weights[norm + ".running_mean"] = zeros_like(bias!);
                weights[norm + ".running_var"] = ones_like(bias!).Minus(Epsilon);
            }
            else if (bias is not null)
            {
                // Batch-norm takes a bias away again with the mean.
                biased++;
                weights[norm + ".running_mean"] = weights[norm + ".running_mean"] - bias;
            }

            if (found.Epsilons.TryGetValue(norm, out double epsilon))
                weights[norm + ".running_var"] = weights[norm + ".running_var"].Plus(epsilon - Epsilon);
        }

        if (folded > 0)
        {
            notes.Add($"batch-norm was folded into {folded} convolutions of the file: it is put back as mean 0, variance 1 and scale 1, "
                + "with the "
                + "bias as shift. The encoder gives the same; what batch-norm had measured in training is gone, and a training that goes "
                + "on "
                + "begins from these");
        }

        if (biased > 0)
            notes.Add($"{biased} convolutions have a bias before batch-norm, which was taken into its mean: the encoder gives the same");
        if (found.Epsilons.Count > 0)
        {
            notes.Add(Invariant($"batch-norm adds {found.Epsilons.Values.Max():0.######} to the variance in the file and 0.00001 in ")
                + "Lethe: "
                + "the difference was added to its variances");
        }

        return weights;
    }

    /// <summary>Refuses values that are not finite.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="weights">The values.</param>
    /// <exception cref="RunException">A tensor has NaN or infinity.</exception>
    public static void RequireFinite(string path, IReadOnlyDictionary<string, Tensor> weights)
    {
        using var scope = NewDisposeScope();
        string[] broken = [.. weights.Where(pair => !pair.Value.isfinite().all().item<bool>()).Select(pair => pair.Key)];
        if (broken.Length > 0)
        {
            throw new RunException(
                $"{path} has values that are no finite numbers in {broken.Length} tensors, first in '{broken[0]}': a training that "
                + "failed, or a "
                + "damaged file. Give an earlier checkpoint.");
        }
    }
}
