using Lethe.Operators;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>Stochastic gradient descent with momentum: u = g + wd·p, v ← m·v + u, p ← p − lr·v.</summary>
/// <param name="parameters">Parameters by name.</param>
/// <param name="weightDecay">wd.</param>
/// <param name="momentum">m; 0 keeps no state.</param>
internal sealed class Sgd(
    IEnumerable<(string Name, Parameter Value)> parameters, double weightDecay, double momentum) : Optimiser(parameters)
{
    /// <inheritdoc/>
    public override bool HasState => momentum > 0;

    private protected override void BeginStep()
    {
    }

    private protected override void Update(string name, Parameter parameter, Tensor gradient, double learningRate)
    {
        Tensor? velocity = momentum > 0 ? Slot(name + "/momentum", () => zeros_like(parameter)) : null;
        ParameterUpdate.Momentum(parameter, gradient, velocity, IsWeight(parameter) ? weightDecay : 0, momentum, learningRate);
    }
}
