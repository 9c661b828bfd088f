using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>An encoder from elsewhere.</summary>
internal sealed record EncoderFileOptions : OptionRecord
{
    /// <summary>A safetensors file of a ResNet with torchvision's names, in place of a run.</summary>
    public string? Encoder { get; init; }

    /// <summary>
    /// What images are normalised with before they enter an encoder from a file: data (mean and deviation of the training part of --data)
    /// or imagenet (torchvision's constants).
    /// </summary>
    [OneOf("data", "imagenet")]
    public string Normalisation { get; init; } = "data";
}
