using Lethe.Augmentation;
using Lethe.Storage.Weights;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>Reads from an ONNX graph how it normalises its images before the first convolution.</summary>
internal static class OnnxPreparation
{
    private const int MostChannels = 16;

    /// <summary>Reads the normalisation.</summary>
    /// <param name="file">The file.</param>
    /// <param name="before">The operations before the first convolution, in order.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="notes">Takes what is not taken over.</param>
    /// <returns>On the scale 0 to 1; null where there is none, or none that could be read.</returns>
    public static ChannelStatistics? Read(WeightFile file, IReadOnlyList<OnnxNode> before, int channels, List<string> notes)
    {
        double[] scale = [.. Enumerable.Repeat(1.0, channels)], shift = new double[channels];
        var odd = new List<string>();
        bool any = false;
        foreach (OnnxNode node in before)
        {
            if (node.Operation is "Identity" or "Cast" or "Transpose")
                continue;
            if (node.Operation is not ("Sub" or "Div" or "Mul" or "Add") || Constant(file, node, channels) is not { } constant)
            {
                odd.Add(node.Operation);
                continue;
            }

            any = true;
            for (int c = 0; c < channels; c++)
            {
                (scale[c], shift[c]) = node.Operation switch
                {
                    "Sub" => (scale[c], shift[c] - constant[c]),
                    "Add" => (scale[c], shift[c] + constant[c]),
                    "Mul" => (scale[c] * constant[c], shift[c] * constant[c]),
                    _ => (scale[c] / constant[c], shift[c] / constant[c]),
                };
            }
        }

        if (odd.Count > 0)
        {
            notes.Add($"the graph prepares its images itself by {string.Join(", ", odd.Distinct())}, which is not taken over: prepare "
                + "them alike");
            return null;
        }

        if (!any || scale.Any(a => a <= 0 || !double.IsFinite(a)) || shift.Any(b => !double.IsFinite(b)))
            return null;

        // (x − mean) / std = x / std − mean / std; of bytes where the scale is that of 0 to 255.
        double unit = scale.Max() < 0.1 ? 255 : 1;
        return new ChannelStatistics(
            [.. scale.Zip(shift, (a, b) => (float)(-b / a / unit))], [.. scale.Select(a => (float)(1 / a / unit))]);
    }

    private static double[]? Constant(WeightFile file, OnnxNode node, int channels)
    {
        StoredTensor? stored = node.Inputs.Count != 2 ? null : file.Tensors.FirstOrDefault(
            tensor => tensor.Name == node.Inputs[1] || (node.Operation is "Mul" or "Add" && tensor.Name == node.Inputs[0]));
        if (stored is not { Kind: ScalarType.Float32 or ScalarType.Float64 } || stored.Count > MostChannels
            || (stored.Count != 1 && stored.Count != channels))
            return null;
        using Tensor values = file.Load(stored, ScalarType.Float64).reshape(-1);
        double[] numbers = values.data<double>().ToArray();
        return numbers.Length == channels ? numbers : [.. Enumerable.Repeat(numbers[0], channels)];
    }
}
