using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>A whitening of features: (features − Mean) · Matrix.</summary>
/// <param name="Mean">[d], double precision.</param>
/// <param name="Matrix">[d, d], symmetric, positive definite, double precision.</param>
internal sealed record ExportWhitening(Tensor Mean, Tensor Matrix);
