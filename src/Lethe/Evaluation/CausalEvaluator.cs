using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// The causal reading of every layer of an encoder, on images of <see cref="CausalShapes"/> whose factors are known: what can be read, what the layer
/// answers to, and what a probe is worth when its shortcut is turned around.
/// </summary>
/// <remarks>
/// The images are drawn for this and are never those of a source, whichever its seed. They are rendered in the size and channels of the encoder; on a grey one
/// hue is seen as brightness only. After section 2 of Qiang et al. 2024 (2410.00772), whose factors are not observed; here they are.
/// </remarks>
public sealed class CausalEvaluator
{
    private const int BatchSize = 256;

    // What a seed is for; apart from these tags, fixed, so that all encoders see the same images.
    private const ulong ReadingSeed = 0x4361_7573_616C;
    private const ulong Fitting = 1;
    private const ulong Testing = 2;
    private const ulong ConfoundedFitting = 3;
    private const ulong Intervening = 4;

    private readonly ViewAugmenter augmenter;
    private readonly CausalOptions options;
    private readonly int threads;
    private readonly Device device;

    /// <summary>Prepares measuring.</summary>
    /// <param name="augmenter">Brings images to the size and normalisation of the encoder.</param>
    /// <param name="options">On how many images.</param>
    /// <param name="threads">Threads that draw.</param>
    /// <param name="device">Where the network is.</param>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    public CausalEvaluator(ViewAugmenter augmenter, CausalOptions options, int threads, Device device)
    {
        options.Validate();
        this.augmenter = augmenter;
        this.options = options;
        this.threads = threads;
        this.device = device;
    }

    /// <summary>Measures every layer.</summary>
    /// <param name="method">The encoder with its projector; it is left in evaluation mode.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One record for each of <see cref="LayerFeatures.Names"/>.</returns>
    public IReadOnlyList<CausalLayer> Measure(SslMethod method, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        CausalFactors[] fitted = Draw(Fitting, 0), tested = Draw(Testing, 0), confounded = Draw(ConfoundedFitting, options.CausalRho), intervened = tested[..(tested.Length / 4)];
        double[] rhos = [options.CausalRho, 0, -options.CausalRho];
        IReadOnlyDictionary<string, Tensor> Features(CausalFactors[] factors) => Collect(method, factors, cancellation);
        IReadOnlyDictionary<string, Tensor> Changed(IReadOnlyList<CausalFactor> changed) =>
            Features([.. intervened.Select(factors => CausalShapes.Intervene(factors, changed, RandomStream.Derive(ReadingSeed, Intervening)))]);

        IReadOnlyDictionary<string, Tensor> fit = Features(fitted), test = Features(tested), fitConfounded = Features(confounded), irrelevant = Changed(CausalShapes.Irrelevant);
        Dictionary<CausalFactor, IReadOnlyDictionary<string, Tensor>> single = CausalShapes.Factors.ToDictionary(factor => factor, factor => Changed([factor]));

        // The images tested at other strengths are the same in all but hue and texture.
        (double Rho, int[] Labels, IReadOnlyDictionary<string, Tensor> Features)[] shifted =
        [
            .. rhos.Select(rho => Draw(Testing, rho) is var factors && rho == 0 ? (rho, Labels(tested), test) : (rho, Labels(factors), Features(factors))),
        ];
        return
        [
            .. LayerFeatures.Names.Select(layer =>
            {
                cancellation.ThrowIfCancellationRequested();
                Tensor plain = test[layer].narrow(0, 0, intervened.Length);
                var sensitivity = InterventionalSensitivity.Measure(plain, irrelevant[layer], single[CausalFactor.Shape][layer]);
                IReadOnlyList<double> values = Read(fit[layer], fitted, test[layer], tested);
                return new CausalLayer(
                    layer,
                    [.. CausalShapes.Factors.Select((factor, i) => new FactorReading(factor, values[i], InterventionalSensitivity.Answer(plain, single[factor][layer])))],
                    sensitivity,
                    ConfoundedProbe.Measure(
                        options.CausalRho, fitConfounded[layer], Labels(confounded), [.. shifted.Select(part => (part.Rho, part.Features[layer], (IReadOnlyList<int>)part.Labels))]));
            }),
        ];
    }

    private static int[] Labels(CausalFactors[] factors) => [.. factors.Select(image => image.Shape)];

    /// <summary>Accuracy or R² of each factor, in the order of <see cref="CausalShapes.Factors"/>.</summary>
    private static double[] Read(Tensor fit, CausalFactors[] fitted, Tensor test, CausalFactors[] tested)
    {
        CausalFactor[] continuous = [.. CausalShapes.Factors.Where(factor => CausalFactors.Values(factor) == 0)];
        double[][] Targets(CausalFactors[] images) => [.. continuous.Select(factor => images.Select(image => image.Of(factor)).ToArray())];
        IReadOnlyList<RidgeRegressionResult> regressed = RidgeRegression.Measure(fit, Targets(fitted), test, Targets(tested));
        return
        [
            .. CausalShapes.Factors.Select(factor => Array.IndexOf(continuous, factor) is var place and >= 0
                ? regressed[place].Determination
                : LinearProbe.Measure(fit, [.. fitted.Select(image => (int)image.Of(factor))], test, [.. tested.Select(image => (int)image.Of(factor))]).Accuracy),
        ];
    }

    private CausalFactors[] Draw(ulong part, double rho)
    {
        ulong seed = RandomStream.Derive(ReadingSeed, part);
        return [.. Enumerable.Range(0, options.CausalImages).Select(i => CausalShapes.Draw(seed, i, rho))];
    }

    private IReadOnlyDictionary<string, Tensor> Collect(SslMethod method, CausalFactors[] factors, CancellationToken cancellation)
    {
        ImageSet images = CausalShapes.Images("causal reading", factors, augmenter.Size, threads, cancellation);
        IReadOnlyDictionary<string, Tensor> features = LayerFeatures.Collect(method, EvaluationBatches.Plain(images, augmenter, BatchSize, threads, cancellation), device, cancellation);
        return features.ToDictionary(layer => layer.Key, layer => layer.Value[0]); // [N, d]
    }
}
