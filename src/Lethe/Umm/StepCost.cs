using Lethe.Methods;
using Lethe.Models;
using Lethe.Umm.Hypergradients;
using Lethe.Umm.VolumeFactors;

namespace Lethe.Umm;

/// <summary>
/// What a step costs, counted in passes forward: through the frozen layers, and through the late layers with the heads. The count is the
/// same on every machine, so that a control of equal compute is the same training everywhere.
/// </summary>
/// <remarks>
/// A pass back costs 1 for the gradient of what goes in and 1 for that of the weights, and a pass back through such passes twice as much as
/// they did. ΔR, the divergence, the optimiser and the rendering of views are left out. docs/undo.md holds the count against the clock.
/// </remarks>
/// <param name="Early">Passes through the frozen layers.</param>
/// <param name="Late">Passes through the late layers and the heads.</param>
internal sealed record StepCost(int Early, int Late)
{
    // Back through the late layers: to their input and to their weights.
    private const int Back = 2;

    /// <summary>A step of UMM.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="dimension">d, the number of features.</param>
    /// <param name="hasMomentum">Whether the method runs a momentum encoder beside the trained one.</param>
    public static StepCost OfMechanism(UmmOptions options, int dimension, bool hasMomentum)
    {
        bool byLoss = options.Volume == LossGradient.Name, share = options.Dose == UmmOptions.Share;
        bool aligned = options.Beta > 0 && !options.CutAlignment;
        int probes = options.Volume == JacobianVolume.Name ? Math.Min(options.Probes, dimension) : options.Probes;

        // By the loss' gradient: back to the input. By the Jacobian: forward once more, and back to the input for each direction.
        int loss = Forward(hasMomentum), volume = byLoss ? 1 : 1 + probes;
        int alignment = !aligned ? 0 : byLoss ? Back : Back + (Back * probes);
        int levelOne = loss + volume + Back + alignment;
        int levelTwo = loss + Back;

        // To be weighed against each other, two gradients are taken apart that share a way back otherwise.
        int apart = share ? (aligned && byLoss ? Back : 0) + (options.Alpha > 0 ? Back : 0) : 0;
        int second = options.Hypergradient switch
        {
            FiniteDifference.Name => 2 * levelOne,
            Exact.Name => levelOne + (Back * (1 + volume + Back + alignment)),
            _ => 0,
        };
        return new StepCost(options.TakesFreshBatch ? 2 : 1, levelOne + levelTwo + apart + second);
    }

    /// <summary>A plain step, which a control takes.</summary>
    /// <param name="hasMomentum">Whether the method runs a momentum encoder beside the trained one.</param>
    public static StepCost OfControl(bool hasMomentum) => new(1, Forward(hasMomentum) + Back);

    /// <summary>How many plain steps cost as much as the iterations of UMM.</summary>
    /// <param name="options">UMM's options.</param>
    /// <param name="method">The method, whose network says what a pass costs.</param>
    /// <returns>The nearest whole number, at least 1.</returns>
    public static int EqualSteps(UmmOptions options, SslMethod method)
    {
        ResNet network = method.Backbone;
        SplitPoint split = ResNet.ParseSplit(options.Split);
        double early = network.MultiplyAdds(SplitPoint.Input, split);

        // Only weights of linear layers have two dimensions, and only heads have those.
        double late = network.MultiplyAdds(split, SplitPoint.Layer4) + method.parameters()
            .Where(parameter => parameter.requires_grad && parameter.dim() == 2).Sum(parameter => parameter.numel());
        bool hasMomentum = method.modules().OfType<MomentumEncoder>().Any();
        double Of(StepCost step) => (step.Early * early) + (step.Late * late);
        double ratio = Of(OfMechanism(options, network.FeatureDimension, hasMomentum)) / Of(OfControl(hasMomentum));
        return Math.Max(1, (int)Math.Round(options.Iterations * ratio));
    }

    private static int Forward(bool hasMomentum) => hasMomentum ? 2 : 1;
}
