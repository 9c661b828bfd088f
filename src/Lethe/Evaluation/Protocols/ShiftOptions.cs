using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>Options that protocols share which fit one linear classifier and measure it on changed test images.</summary>
internal abstract record ShiftOptions : ProtocolOptions
{
    /// <summary>The layer whose features the classifier of robustness and colour takes.</summary>
    [OneOf(typeof(LayerNames), nameof(LayerNames.All))]
    public string ShiftLayer { get; init; } = LayerNames.Last;

    /// <summary>Asks for the layer to be among those that there are; an encoder from a file has no projector.</summary>
    internal void RequireLayer(IReadOnlyList<string> layers)
    {
        if (!layers.Contains(ShiftLayer))
            throw new InvalidOptionException($"--shift-layer '{ShiftLayer}' is unknown. Use one of {string.Join(", ", layers)}.");
    }

    /// <summary>The classifier, as the linear protocol fits it with the same seed.</summary>
    internal LinearClassifier Fit(EncoderState encoder, Data.ImageSet images, ulong seed, CancellationToken cancellation)
    {
        RequireLayer(encoder.Layers);
        return LogisticRegression.Fit(
            encoder.Features(images, cancellation)[ShiftLayer], images.Labels!, new LogisticRegressionOptions { Seed = seed },
            cancellation);
    }
}
