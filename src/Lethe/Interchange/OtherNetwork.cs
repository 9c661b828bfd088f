using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>What a file of weights holds in which no ResNet was found.</summary>
internal static class OtherNetwork
{
    private const int Shown = 4;

    private static readonly (string[] Parts, string What)[] kinds =
    [
        (["visual.attnpool", "visual.layer1"], "CLIP's image encoder, whose stem has three convolutions and whose pooling is attention"),
        (["relative_position_bias_table"], "a Swin transformer"),
        (["cls_token", "patch_embed.proj", "patch_embeddings.projection", "class_token", "blocks.0.attn.qkv"], "a vision transformer"),
        (["stages.0.blocks.0.conv_dw", "stages.0.0.dwconv", "convnext", "downsample_layers.0"], "a ConvNeXt"),
        (["conv_stem.weight", "_conv_stem.weight", "_blocks.0._expand"], "an EfficientNet or MobileNet"),
        (["features.denseblock1", "denseblock1."], "a DenseNet"),
        (["features.0.weight"], "a VGG or AlexNet"),
        (["features.0.0.weight"], "a MobileNet, EfficientNet or ConvNeXt of torchvision"),
        (["Mixed_5b", "inception4a"], "an Inception network"),
        (["stem.conv1.norm.weight", "res2.0.conv1"], "a ResNet of Detectron2, whose names and strides differ"),
        (["trunk_output.", "s1.b1."], "a RegNet"),
        (["embed_tokens.weight", "lm_head.weight", "word_embeddings.weight", "wte.weight"], "a language model"),
        (["down_blocks.0", "unet."], "a U-Net"),
    ];

    /// <summary>What was found and what to do.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Its tensors.</param>
    /// <param name="notes">What its reader had to say.</param>
    /// <returns>Sentences.</returns>
    public static string Sentence(string path, IReadOnlyList<StoredTensor> tensors, IReadOnlyList<string> notes)
    {
        string said = notes.Count == 0 ? "" : " Note: " + string.Join("; ", notes) + ".";
        if (tensors.Count == 0)
            return $"{path} holds no tensors.{said} Save the state_dict of a network: torch.save(model.state_dict(), 'weights.pth').";
        foreach ((string[] parts, string what) in kinds)
        {
            if (parts.Any(part => tensors.Any(tensor => tensor.Name.Contains(part, StringComparison.Ordinal))))
                return $"{path} holds {what}: not a ResNet, and Lethe has ResNets alone.{said} Give a file of a ResNet.";
        }

        if (Part(tensors) is { } part)
        {
            return $"{path} holds the beginning of a ResNet {part} and no blocks ('layer1.0.conv1.weight'): it is incomplete.{said} Save "
                + "the "
                + "whole state_dict.";
        }

        string names = string.Join(", ", tensors.Take(Shown).Select(tensor => $"'{tensor.Name}' {tensor.ShapeWords}"));
        return $"{path} holds no ResNet that is recognised: expected torchvision's, timm's, transformers' or lightly's names behind any "
            + "prefix, "
            + $"such as 'layer1.0.conv1.weight'; found {names}{(tensors.Count > Shown ? $" and {tensors.Count - Shown} more" : "")}.{said} "
            + "Rename the tensors as torchvision's ResNet has them.";
    }

    private static string? Part(IReadOnlyList<StoredTensor> tensors)
    {
        foreach ((string name, string words) in new[]
        {
            ("embedder.embedder.convolution.weight", "with names of Hugging Face's transformers"),
            ("conv1.weight", "with torchvision's names"), ("0.weight", "with numbers of a Sequential, as lightly has them"),
        })
        {
            if (tensors.FirstOrDefault(tensor => tensor.Shape.Length == 4
                && (tensor.Name == name || tensor.Name.EndsWith("." + name, StringComparison.Ordinal))) is { } found)
                return found.Name == name ? words : $"{words} behind '{found.Name[..^name.Length]}'";
        }

        return null;
    }
}
