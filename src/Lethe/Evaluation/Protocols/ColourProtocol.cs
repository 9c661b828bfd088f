using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A shortcut that is turned around: a linear classifier fitted on images tinted by class with correlation ρ, and measured on test images
/// tinted with ρ, at random, and with −ρ (<see cref="ColourShift"/>).
/// </summary>
/// <param name="options">ρ, and at which layer.</param>
internal sealed class ColourProtocol(ColourProtocolOptions options) : Protocol
{
    // What a seed is for.
    private const ulong FittedTints = 1;
    private const ulong MeasuredTints = 2;

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<ColourProtocolOptions>
    {
        Name = "colour",
        Title = "Colour shift",
        Summary = "a linear classifier fitted on images tinted by class, measured with the same tint, a random one and the opposite one",
        Defaults = new ColourProtocolOptions(),
        Build = options => new ColourProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() => Invariant(
        $"Fitted on images tinted by class with correlation ρ = {options.ColourRho}, strength {new ColourShiftOptions().Strength}; ")
        + "measured on test images tinted with ρ, 0 and −ρ, and the drop from ρ to −ρ. An encoder of grey images sees a tint as brightness "
        + $"alone. {LinearProtocol.RegressionSettings()}";

    /// <inheritdoc/>
    public override void Check(FittingImages images) => LabelCheck.Classes(images.Source, images.Probe, atLeast: 2, "colour shift");

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        var shift = new ColourShiftOptions { Rho = options.ColourRho };
        ImageSet tinted = ColourShift.Apply(images.Probe, shift with { Seed = RandomStream.Derive(seed, FittedTints) });
        LinearClassifier classifier = options.Fit(encoder, tinted, seed, cancellation);
        yield return new TintedModel(classifier, shift with { Seed = RandomStream.Derive(seed, MeasuredTints) })
        {
            Variant = LinearProtocol.Variant, Layer = options.ShiftLayer, FitCount = tinted.Count, Strength = classifier.Strength,
        };
    }
}

/// <summary>Options of <see cref="ColourProtocol"/>.</summary>
internal sealed record ColourProtocolOptions : ShiftOptions
{
    /// <summary>ρ, how strongly the tint is tied to the class in the images that the colour classifier is fitted on.</summary>
    [Limit(Above = 0, AtMost = 1)]
    public double ColourRho { get; init; } = new ColourShiftOptions().Rho;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this;
}
