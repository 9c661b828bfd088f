using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// The causal reading of every layer, on images of <see cref="CausalShapes"/> whose factors are known: how well each factor is read, what
/// the layer answers to, and what a classifier is worth when its shortcut is turned around.
/// </summary>
/// <remarks>
/// The images are drawn for this and are never those of a source, whichever its seed. They are rendered in the size and channels of the
/// encoder; on a grey one hue is seen as brightness only. After section 2 of Qiang et al. 2024 (2410.00772), whose factors are not
/// observed; here they are.
/// </remarks>
/// <param name="options">On how many images, and ρ.</param>
internal sealed class CausalProtocol(CausalProtocolOptions options) : GeneratingProtocol
{
    // What a seed is for; apart from these tags, fixed, so that all encoders see the same images.
    private const ulong Fitting = 1;
    private const ulong ConfoundedFitting = 3;

    // As an exported graph whitens by default.
    private const double WhitenEpsilon = 1e-3;

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<CausalProtocolOptions>
    {
        Name = "causal",
        Title = "Causal reading",
        Summary = "generated images whose factors are known: how well each layer predicts each factor, what it responds to, and the "
            + "accuracy of a shortcut when it is reversed",
        Images = ProtocolImages.Generated,
        Defaults = new CausalProtocolOptions(),
        Build = options => new CausalProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() =>
        $"{options.CausalImages} generated images to fit, as many others to measure, of ten shapes; no factor depends on another. "
        + $"Factors: {LinearProtocol.RegressionSettings()} Of continuous factors R² of ridge regression. "
        + "Interventions: E‖f(x) − f(x under do)‖² with rows of norm 1, do of all factors but shape (S_ur), do of shape (S_r), and their "
        + "ratio, of which 100 means that both move the features equally; also in the pixels that enter the encoder, and over the ratio "
        + "there; whitened: the same after ZCA of the layer's features, fitted on the images to fit, which shows what spreading "
        + "features does by itself. "
        + Invariant($"Shortcut: the shape by a linear classifier fitted where hue and texture go with it (ρ = {options.CausalRho}), ")
        + "measured at ρ, 0 and −ρ, and the drop from ρ to −ρ.";

    /// <inheritdoc/>
    public override (FittingImages Fitting, ImageSet Test) Draw(
        int size, int stride, int threads, CancellationToken cancellation = default)
    {
        ImageSet Images(string name, ulong seed, double rho) => CausalShapes.Images(
            name, [.. Enumerable.Range(0, options.CausalImages).Select(i => CausalShapes.Draw(seed, i, rho))], size, threads, cancellation);
        return (
            new FittingImages(
                "causal shapes",
                Images("confounded", RandomStream.Derive(CausalTestImages.Seed, ConfoundedFitting), options.CausalRho),
                Images("unconfounded", RandomStream.Derive(CausalTestImages.Seed, Fitting), 0)),
            Images("test", CausalTestImages.Testing, 0));
    }

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        CausalFactors[] factors =
            [.. images.Probe.Items!.Select(item => CausalShapes.Draw(RandomStream.Derive(CausalTestImages.Seed, Fitting), item, 0))];
        foreach (string layer in encoder.Layers)
            yield return FactorModel.Fit(encoder.Features(images.Probe, cancellation)[layer], factors, layer, seed, cancellation);
        var drawn = new ChangedImages();
        foreach (InterventionModel answers in Interventions(encoder, images.Probe, drawn, cancellation))
            yield return answers;
        foreach (string layer in encoder.Layers)
        {
            LinearClassifier classifier = LogisticRegression.Fit(
                encoder.Features(
                    images.Train, cancellation)[layer], images.Train.Labels!, new LogisticRegressionOptions { Seed = seed }, cancellation);
            yield return new ShortcutModel(
                classifier, options.CausalRho,
                drawn) { Variant = "shortcut", Layer = layer, FitCount = images.Train.Count, Strength = classifier.Strength };
        }
    }

    /// <summary>What answers to interventions: the pixels, every layer, and every layer whitened by moments of the images to fit.</summary>
    internal static IEnumerable<InterventionModel> Interventions(
        EncoderState encoder, ImageSet fitted, ChangedImages drawn, CancellationToken cancellation)
    {
        foreach (string layer in encoder.Layers.Prepend(LayerNames.Pixels))
            yield return new InterventionModel(drawn) { Variant = "interventions", Layer = layer, FitCount = 0 };
        foreach (string layer in encoder.Layers)
        {
            Tensor features = encoder.Features(fitted, cancellation)[layer]; // [N, d]
            if (IsConstant(features))
                continue; // a dead layer has no whitening
            yield return new InterventionModel(drawn, Whiten(features))
            {
                Variant = "interventions, whitened", Layer = layer, FitCount = fitted.Count,
            };
        }
    }

    private static bool IsConstant(Tensor features)
    {
        using var scope = NewDisposeScope();
        return features.eq(features[0]).all().item<bool>();
    }

    private static (Tensor Mean, Tensor Matrix) Whiten(Tensor features)
    {
        (Tensor mean, Tensor matrix) = Whitening.Zca(features, WhitenEpsilon);
        return (mean.DetachFromDisposeScope(), matrix.DetachFromDisposeScope());
    }
}

/// <summary>Options of <see cref="CausalProtocol"/>.</summary>
internal sealed record CausalProtocolOptions : ProtocolOptions, IConflicting
{
    /// <summary>Generated images to fit the causal protocol on, and as many others to measure on.</summary>
    [Limit(AtLeast = 40, Unit = "images")]
    public int CausalImages { get; init; } = 1000;

    /// <summary>ρ at which the causal protocol's shortcut classifier is fitted; it is measured at ρ, 0 and −ρ.</summary>
    [Limit(AtLeast = -1, AtMost = 1)]
    public double CausalRho { get; init; } = 0.9;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this with { CausalImages = 200 };

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (CausalRho == 0)
            yield return "--causal-rho must not be 0: there would be no shortcut to turn around.";
    }
}
