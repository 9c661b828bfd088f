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
public sealed class Lars(IEnumerable<(string Name, Parameter Value)> parameters, double weightDecay, double momentum) : Optimiser(parameters)
{
    private const double Trust = 1e-3;

    private protected override void BeginStep()
    {
    }

    private protected override void Update(string name, Parameter parameter, Tensor gradient, double learningRate)
    {
        Tensor direction = gradient;
        if (IsWeight(parameter))
        {
            direction = gradient.add(parameter, weightDecay);
            Tensor size = parameter.norm();
            Tensor length = direction.norm();

            // On the device, so that no step waits for a number to be read back.
            Tensor ratio = where(size.mul(length).gt(0), size.mul(Trust).div(length), ones_like(size));
            direction = direction.mul(ratio);
        }

        Tensor velocity = Slot(name + "/momentum", () => zeros_like(gradient)).mul_(momentum).add_(direction);
        parameter.add_(velocity, -learningRate);
    }
}
