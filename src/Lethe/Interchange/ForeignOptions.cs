using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>What an encoder from elsewhere is expected to be, beyond what its file shows.</summary>
internal sealed record ForeignOptions : OptionRecord
{
    /// <summary>Names that <see cref="Backbone"/> can have.</summary>
    public static readonly IReadOnlyList<string> Backbones = ["auto", .. BackboneOptions.Names];

    /// <summary>The network that the file is expected to hold, as resnet50; auto takes what it holds, and another is an error.</summary>
    [OneOf(typeof(ForeignOptions), nameof(Backbones))]
    public string Backbone { get; init; } = "auto";

    /// <summary>Channels of the first stage that are expected, 64 in the published networks.</summary>
    [Limit(AtLeast = 4, AtMost = 512, Unit = "channels", Zero = "for what the file holds")]
    public int Width { get; init; }

    /// <summary>
    /// The stem that is expected: small (3×3 convolution, no pooling), large (7×7 and max-pooling), or auto for what it holds.
    /// </summary>
    [OneOf("auto", "small", "large")]
    public string Stem { get; init; } = "auto";

    /// <summary>
    /// Which of several encoders to take, by a part of the name in front of its weights, as teacher or encoder_k; the trained one
    /// otherwise.
    /// </summary>
    public string? Part { get; init; }

    /// <summary>The order of colours that the encoder was trained on: rgb, or bgr as OpenCV, Caffe and CNTK have it.</summary>
    [OneOf("rgb", "bgr")]
    public string ChannelOrder { get; init; } = "rgb";
}
