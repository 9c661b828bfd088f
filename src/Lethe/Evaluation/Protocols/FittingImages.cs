using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>All images that a protocol may fit and choose with. Test images are not among them.</summary>
/// <param name="Source">The name of the source.</param>
/// <param name="Train">What the encoder was trained on without labels, or the training part of a target.</param>
/// <param name="Probe">What probes are fitted on; never trained on, but for a target, where it is <paramref name="Train"/>.</param>
public sealed record FittingImages(string Source, ImageSet Train, ImageSet Probe);
