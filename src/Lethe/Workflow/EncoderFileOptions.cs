using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>An encoder from elsewhere.</summary>
internal sealed record EncoderFileOptions : OptionRecord
{
    /// <summary>
    /// A ResNet from elsewhere, in place of a run: a safetensors, PyTorch (.pth, .pt, .ckpt, .bin) or ONNX file, or a folder of Hugging
    /// Face's or timm's.
    /// </summary>
    public string? Encoder { get; init; }

    /// <summary>
    /// How pixels are normalised: data (mean and deviation of the training part of --data), imagenet (the published constants),
    /// numbers as 0.5,0.5,0.5/0.25,0.25,0.25, or auto: what the file says, else ImageNet's for a colour encoder, else data.
    /// </summary>
    public string Normalisation { get; init; } = Interchange.Normalisation.Auto;
}
