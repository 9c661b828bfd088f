using Lethe.Data;
using Lethe.Data.Generated;

namespace Lethe.Evaluation.Protocols;

/// <summary>Changed copies of the test images of the causal reading. The layers share them, so they are drawn once.</summary>
internal sealed class ChangedImages
{
    private readonly Dictionary<(ImageSet Test, string Change), ImageSet> drawn = [];

    /// <summary>The test images under an intervention.</summary>
    public ImageSet Under(IReadOnlyList<CausalFactor> changed, ImageSet test, EncoderState encoder, CancellationToken cancellation) =>
        Get(test, $"do {string.Join(' ', changed)}", () => CausalTestImages.Intervened(test, changed), encoder, cancellation);

    /// <summary>The test images with hue and texture tied to the shape.</summary>
    public ImageSet At(double rho, ImageSet test, EncoderState encoder, CancellationToken cancellation) =>
        Get(test, Invariant($"rho {rho:R}"), () => CausalTestImages.Factors(test, rho), encoder, cancellation);

    private ImageSet Get(
        ImageSet test, string change, Func<CausalFactors[]> factors, EncoderState encoder, CancellationToken cancellation) =>
        drawn.TryGetValue((test, change), out ImageSet? known)
            ? known
            : drawn[(test, change)] = CausalShapes.Images(change, factors(), encoder.Plain.Size, encoder.Threads, cancellation);
}
