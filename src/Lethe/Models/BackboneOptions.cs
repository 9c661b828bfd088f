using Lethe.Runtime;

namespace Lethe.Models;

/// <summary>Which network to train.</summary>
public sealed record BackboneOptions : OptionRecord
{
    /// <summary>Names that <see cref="Backbone"/> can have.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["resnet10", "resnet18", "resnet18-cntk", "resnet34", "resnet50", "resnet101", "resnet152"];

    /// <summary>
    /// resnet10 (one block a stage), resnet18, resnet34 (basic blocks), resnet50, resnet101 or resnet152 (bottlenecks; He 2016,
    /// 1512.03385); resnet18-cntk, which ML.NET ships, has a block more in the last stage.
    /// </summary>
    [OneOf(typeof(BackboneOptions), nameof(Names))]
    public string Backbone { get; init; } = "resnet18";

    /// <summary>
    /// Channels of the first stage; 0 takes 16, which suits two cores; on a GPU 64, as in the published network, or 32 if images are few.
    /// </summary>
    [Limit(AtLeast = 4, AtMost = 512, Unit = "channels", Zero = "to choose it by the device")]
    public int Width { get; init; }

    /// <summary>
    /// small: 3×3 convolution of stride 1, no pooling, so that images of about 32 pixels keep their resolution;
    /// large: 7×7 of stride 2 and max-pooling, as published; auto: small below 96 pixels.
    /// </summary>
    [OneOf("auto", "small", "large")]
    public string Stem { get; init; } = "auto";

    /// <summary>Starts each residual branch at zero (the scale of its last batch-norm; Goyal 2017, 1706.02677).</summary>
    public bool ZeroInitResidual { get; init; }

    /// <summary>Channels of the first stage after defaults; those of a run are chosen by its device.</summary>
    /// <returns>At least 4.</returns>
    public int FirstChannels() => Width > 0 ? Width : 16;
}
