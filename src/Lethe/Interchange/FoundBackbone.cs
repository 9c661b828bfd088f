using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>The tensors of a network that was found in a file, under torchvision's names.</summary>
/// <param name="Tensors">
/// Where each lies. Beside torchvision's there may be biases of convolutions, and batch-norm may be missing where there are.
/// </param>
/// <param name="Epsilons">What batch-norm adds to the variance, by its name, where it is not torch's 1e-5.</param>
internal sealed record FoundBackbone(
    IReadOnlyDictionary<string, StoredTensor> Tensors, IReadOnlyDictionary<string, double> Epsilons)
{
    /// <summary>What batch-norm's tensors are called, in the order in which ONNX takes them.</summary>
    public static readonly IReadOnlyList<string> NormParts = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>The name of the batch-norm behind a convolution.</summary>
    /// <param name="convolution">As <c>layer1.0.conv2</c> or <c>layer2.0.downsample.0</c>.</param>
    /// <returns>As <c>layer1.0.bn2</c> or <c>layer2.0.downsample.1</c>.</returns>
    public static string NormOf(string convolution) => convolution.EndsWith("downsample.0", StringComparison.Ordinal)
        ? convolution[..^1] + "1"
        : convolution.Replace("conv", "bn", StringComparison.Ordinal);
}
