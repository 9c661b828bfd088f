using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>A vote of the nearest labelled images: <see cref="KnnProbe"/>.</summary>
/// <param name="options">k and temperature.</param>
internal sealed class KnnProtocol(KnnProtocolOptions options) : Protocol
{
    /// <summary>What fitted it, as in <see cref="FittedModel.Variant"/>.</summary>
    public const string Variant = "kNN";

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<KnnProtocolOptions>
    {
        Name = "knn",
        Title = "k nearest neighbours",
        Summary = "a vote of the nearest labelled images by cosine, at each layer",
        Defaults = new KnnProtocolOptions(),
        Build = options => new KnnProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() => Invariant(
        $"The k = {options.Neighbours} nearest labelled images by cosine vote with exp(cos/τ), τ = {options.KnnTemperature}.");

    /// <inheritdoc/>
    public override void Check(FittingImages images) => LabelCheck.Classes(images.Source, images.Probe, atLeast: 1, "kNN");

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        var probe = new KnnProbeOptions { Neighbours = options.Neighbours, Temperature = options.KnnTemperature };
        foreach (string layer in encoder.Layers)
        {
            yield return new KnnModel(encoder.Features(images.Probe, cancellation)[layer], images.Probe.Labels!, probe)
            {
                Variant = Variant, Layer = layer, FitCount = images.Probe.Count,
            };
        }
    }
}

/// <summary>Options of <see cref="KnnProtocol"/>.</summary>
internal sealed record KnnProtocolOptions : ProtocolOptions
{
    /// <summary>k of weighted k nearest neighbours; 200 is usual on large banks.</summary>
    [Limit(AtLeast = 1)]
    public int Neighbours { get; init; } = 20;

    /// <summary>Temperature of the votes of weighted k nearest neighbours.</summary>
    [Limit(AtLeast = 0.001)]
    public double KnnTemperature { get; init; } = 0.07;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this;
}
