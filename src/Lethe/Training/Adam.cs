using Lethe.Numerics;
using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>
/// Adam (Kingma and Ba 2015, 1412.6980), β₁ 0.9, β₂ 0.999, ε 1e-8, with decay in the gradient or decoupled (AdamW,
/// Loshchilov and Hutter 2019, 1711.05101).
/// </summary>
/// <param name="parameters">Parameters by name.</param>
/// <param name="weightDecay">wd.</param>
/// <param name="decoupled">p ← (1 − lr·wd)·p before the step, instead of wd·p in the gradient.</param>
internal sealed class Adam(
    IEnumerable<(string Name, Parameter Value)> parameters, double weightDecay, bool decoupled) : Optimiser(parameters)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private long step;

    /// <inheritdoc/>
    public override bool HasState => true;

    private protected override void BeginStep()
    {
        // The count is a tensor of the state, so that a checkpoint holds it. Its key names no parameter.
        Tensor count = Slot("/step", () => zeros(1, dtype: ScalarType.Int64).squeeze(0));
        count.Plus_(1);
        step = count.item<long>();
    }

    private protected override void Update(string name, Parameter parameter, Tensor gradient, double learningRate)
    {
        Tensor first = Slot(name + "/first", () => zeros_like(parameter)), second = Slot(name + "/second", () => zeros_like(parameter));
        double decay = IsWeight(parameter) ? weightDecay : 0;
        ParameterUpdate.Adam(parameter, gradient, first, second, new AdamStep(learningRate, decay, decoupled, Beta1, Beta2, Epsilon, step));
    }
}
