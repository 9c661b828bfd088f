using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>Weights from a file, and how images are normalised.</summary>
public sealed record WeightsOptions : OptionRecord
{
    /// <summary>Which encoder of a file that holds several, for example teacher or encoder_k. By default the trained one.</summary>
    public string? Part { get; init; }

    /// <summary>The colour order that the weights were trained on: rgb, or bgr as in OpenCV, Caffe and CNTK.</summary>
    [OneOf("rgb", "bgr")]
    public string ChannelOrder { get; init; } = "rgb";

    /// <summary>The method's heads. found: load those in the file; fresh: begin with new ones.</summary>
    [OneOf("found", "fresh")]
    public string Heads { get; init; } = "found";

    /// <summary>
    /// How pixels are normalised: data (mean and deviation of the training images), imagenet (the published constants), numbers as
    /// 0.5,0.5,0.5/0.25,0.25,0.25 (means, then deviations, on the scale 0 to 1), or auto: what the weights of --init say, else ImageNet's
    /// for a colour encoder from elsewhere, else data.
    /// </summary>
    public string Normalisation { get; init; } = Interchange.Normalisation.Auto;
}
