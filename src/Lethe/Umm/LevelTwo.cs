using Lethe.Methods;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>Level two on a batch.</summary>
/// <param name="Total">L_ssl − α·ΔR / bound, a scalar with gradient.</param>
/// <param name="Reduction">ΔR of the instance partition, a scalar in nats.</param>
/// <param name="Loss">What the method said, to be committed if the step counts.</param>
internal sealed record LevelTwo(Tensor Total, Tensor Reduction, MethodLoss Loss);
