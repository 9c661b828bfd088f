using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>What a residual network is that is near to those of He 2016 and none of them.</summary>
internal static class OtherResNet
{
    /// <summary>Says what it is.</summary>
    /// <param name="tensors">Its tensors by torchvision's names.</param>
    /// <returns>In words; null where nothing speaks against it.</returns>
    public static string? Reason(IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        long[] Shape(string name) => tensors.TryGetValue(name, out StoredTensor? tensor) ? tensor.Shape : [];
        string? Within(params ReadOnlySpan<string> parts)
        {
            foreach (string part in parts)
            {
                if (tensors.Keys.FirstOrDefault(name => name.StartsWith("layer", StringComparison.Ordinal)
                    && name.Contains(part, StringComparison.Ordinal)) is { } found)
                    return found;
            }

            return null;
        }

        if (tensors.ContainsKey("conv1.0.weight"))
            return "a ResNet whose stem is several convolutions ('conv1.0.weight'), as timm's resnet50d has it";
        if (tensors.ContainsKey("layer1.0.downsample.2.weight") || tensors.ContainsKey("layer2.0.downsample.2.weight")
            || (Shape("layer2.0.downsample.1.weight").Length == 4 && !tensors.ContainsKey("layer2.0.downsample.0.weight")))
            return "a ResNet-D, which averages on the way around a block";
        if (Within(".se.", ".se_module.", ".eca.", ".attn.", ".cbam.", ".gc.") is { } attention)
            return $"a ResNet with attention over channels in its blocks ('{attention}'), as SE-ResNet and ECA-ResNet";
        if (Within(".aa.", ".conv2.1.") is { } blur)
            return $"a ResNet with blurred strides ('{blur}')";
        if (Within(".gn1.", ".ln1.") is { } norm)
            return $"a ResNet with another normalisation than batch-norm ('{norm}')";
        if (!tensors.Keys.Any(name => name.StartsWith("layer4.", StringComparison.Ordinal)))
        {
            return tensors.Keys.Any(name => name.StartsWith("layer3.", StringComparison.Ordinal))
                ? "a ResNet of three stages, as the CIFAR networks ResNet-20 to ResNet-110 and wide ones are"
                : "a ResNet whose later stages are missing";
        }

        long[] first = Shape("conv1.weight");
        if (first is [_, _, var height, var breadth] && (height, breadth) is not ((7, 7) or (3, 3)))
            return $"a ResNet whose first convolution is {height}×{breadth}; 3×3 (small images) and 7×7 are known";
        long[] one = Shape("layer1.0.conv1.weight"), two = Shape("layer1.0.conv2.weight");
        if (first.Length != 4 || one.Length != 4 || two.Length != 4)
            return null;
        if (tensors.ContainsKey("layer1.0.conv3.weight"))
        {
            if (two[1] != one[0])
                return $"a ResNeXt: its 3×3 convolutions work in {(two[1] > 0 ? one[0] / two[1] : 0)} groups";
            if (one[0] != first[0])
                return $"a wide ResNet: its blocks are {one[0]} wide within, where {first[0]} are usual";
        }
        else if (one[0] != first[0])
        {
            return $"a wide ResNet: its first stage has {one[0]} channels, after {first[0]} of the stem";
        }

        // In a network of pre-activation batch-norm comes before the convolution, and so has its input's channels.
        return Shape("layer2.0.bn1.weight") is [var norms] && Shape("layer2.0.conv1.weight") is [var output, var input, _, _]
            && norms == input && norms != output
            ? "a ResNet of pre-activation (He 2016, 1603.05027), in which batch-norm and ReLU come before the convolution"
            : null;
    }
}
