using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>
/// LARS (You 2017, 1708.03888) as Barlow Twins' and BYOL's code have it: u = g + wd·p, q = η‖p‖/‖u‖ (1 where either is
/// zero), v ← m·v + q·u, p ← p − lr·v, η 1e-3. Biases and batch-norm are neither decayed nor adapted.
/// </summary>
/// <param name="parameters">Parameters by name.</param>
/// <param name="weightDecay">wd.</param>
/// <param name="momentum">m.</param>
internal sealed class Lars(
    IEnumerable<(string Name, Parameter Value)> parameters, double weightDecay, double momentum) : Optimiser(parameters)
{
    private const double Trust = 1e-3;

    /// <inheritdoc/>
    public override bool HasState => true;

    private protected override void BeginStep()
    {
    }

    private protected override void Update(string name, Parameter parameter, Tensor gradient, double learningRate)
    {
        bool adapted = IsWeight(parameter);
        Tensor velocity = Slot(name + "/momentum", () => zeros_like(parameter));
        ParameterUpdate.Momentum(parameter, gradient, velocity, adapted ? weightDecay : 0, momentum, learningRate, adapted ? Trust : null);
    }
}
