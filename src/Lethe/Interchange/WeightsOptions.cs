using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>What is taken from a file of weights, and how images are normalised.</summary>
public sealed record WeightsOptions : OptionRecord
{
    /// <summary>Which encoder of a file that holds several, as teacher or encoder_k; the trained one otherwise.</summary>
    public string? Part { get; init; }

    /// <summary>The order of colours that the weights were trained on: rgb, or bgr as OpenCV, Caffe and CNTK have it.</summary>
    [OneOf("rgb", "bgr")]
    public string ChannelOrder { get; init; } = "rgb";

    /// <summary>found: heads of the method that are in the file are loaded too; fresh: heads begin anew.</summary>
    [OneOf("found", "fresh")]
    public string Heads { get; init; } = "found";

    /// <summary>
    /// What pixels are normalised with: data (mean and deviation of the training images), imagenet (the published constants), numbers as
    /// 0.5,0.5,0.5/0.25,0.25,0.25 (means, then deviations, on the scale 0 to 1), or auto: what the weights of --init say, else ImageNet's
    /// for a colour encoder from elsewhere, else data.
    /// </summary>
    public string Normalisation { get; init; } = Interchange.Normalisation.Auto;
}
