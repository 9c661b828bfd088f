using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Training;
using Lethe.Umm.VolumeFactors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>
/// The two levels of UMM on one batch of early features, as functions of the trained parameters φ where they stand:
/// L₁(φ) = L_ssl(φ) + β·JS(φ) and L₂(φ) = L_ssl(φ) − α·ΔR(h(φ)) / its upper bound.
/// </summary>
/// <param name="method">The method whose loss both levels share.</param>
/// <param name="early">z_e of both views, a leaf, [2N, C, H, W], view-major.</param>
/// <param name="parameters">φ.</param>
/// <param name="progress">How far the run has come.</param>
/// <param name="options">α, β, ε² and the ablations.</param>
internal sealed class BilevelProblem(
    SslMethod method,
    Tensor early,
    IReadOnlyList<Parameter> parameters,
    TrainingProgress progress,
    UmmOptions options)
{
    private readonly VolumeFactor volumeFactor = VolumeFactor.Create(options);
    private readonly Views views = Views.Pair(early, ResNet.ParseSplit(options.Split));

    /// <summary>φ.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>η₁.</summary>
    public double InnerLearningRate => options.InnerLearningRate;

    private bool Aligned => options.Beta > 0 && !options.CutAlignment;

    /// <summary>Level one at φ as it stands.</summary>
    /// <param name="place">Where in the run, for the message if it is not finite.</param>
    /// <returns>The loss with its parts.</returns>
    public LevelOne LevelOne(string place)
    {
        MethodLoss loss = method.Loss(views, progress);
        LossCheck.RequireFinite(loss, place, LossCheck.OfUndo);
        Tensor logVolume = volumeFactor.LogVolume(new VolumeSample(early, loss, LateLayers, progress.Seed), Aligned);
        Tensor divergence = DistributionAlignment.JensenShannonToUniform(logVolume);
        Tensor total = options.Beta > 0 ? loss.Total.Plus(divergence.Times(options.Beta)) : loss.Total;
        return new LevelOne(total, divergence, logVolume);
    }

    /// <summary>∇L₁ at φ as it stands; changes no batch-norm statistics.</summary>
    /// <param name="place">Where in the run, for the message if the loss is not finite.</param>
    /// <returns>One gradient for each of φ, and the level it belongs to, without its graph.</returns>
    public (IReadOnlyList<Tensor> Gradient, LevelOne Level) LevelOneGradient(string place)
    {
        using BatchNormStatistics held = BatchNormStatistics.Hold(method);
        using var scope = NewDisposeScope();
        LevelOne level = LevelOne(place);
        Tensor[] gradient = Gradients.Of(level.Total, parameters, retainGraph: false);
        Tensor Value(Tensor tensor) => tensor.detach().MoveToOuterDisposeScope();
        return (
            [.. gradient.Select(part => part.MoveToOuterDisposeScope())],
            new LevelOne(Value(level.Total), Value(level.Divergence), Value(level.LogVolume)));
    }

    /// <summary>∇²L₁·v at φ as it stands, by differentiating ⟨∇L₁, v⟩; changes no batch-norm statistics.</summary>
    /// <remarks>
    /// What a method's loss takes for a constant (another branch's output, codes, a momentum encoder's embeddings) is one here too.
    /// </remarks>
    /// <param name="direction">v, one tensor for each of φ.</param>
    /// <param name="place">Where in the run, for the message if the loss is not finite.</param>
    /// <returns>One tensor for each of φ.</returns>
    public IReadOnlyList<Tensor> LevelOneCurvature(IReadOnlyList<Tensor> direction, string place)
    {
        // The alignment by the loss' gradient is a first derivative already, so this is its third.
        using BatchNormStatistics held = BatchNormStatistics.HoldForThirdDerivative(method);
        using var scope = NewDisposeScope();
        Tensor[] gradient = Gradients.Of(LevelOne(place).Total, parameters, createGraph: true);
        Tensor slope = gradient.Zip(direction, (g, v) => (g * v.detach()).sum()).Aggregate(TensorArithmetic.Plus);
        return [.. Gradients.Of(slope, parameters, retainGraph: false).Select(part => part.MoveToOuterDisposeScope())];
    }

    /// <summary>Level two at φ as it stands; the pass that counts for batch-norm statistics and the method's state.</summary>
    /// <param name="place">Where in the run, for the message if the loss is not finite.</param>
    /// <returns>The loss with its parts.</returns>
    public LevelTwo LevelTwo(string place)
    {
        MethodLoss loss = method.Loss(views, progress);
        LossCheck.RequireFinite(loss, place, LossCheck.OfUndo);
        long images = early.shape[0] / 2;
        Tensor first = loss.Features.narrow(0, 0, images);
        Tensor second = loss.Features.narrow(0, images, images);
        Tensor reduction = CodingRate.InstanceReduction(first, second, options.EpsilonSquared);
        double bound = CodingRate.UpperBound((int)early.shape[0], (int)loss.Features.shape[1], options.EpsilonSquared);
        double weight = (options.MinimiseReduction ? options.Alpha : -options.Alpha) / bound;
        Tensor total = options.Alpha > 0 ? loss.Total.Plus(reduction.Times(weight)) : loss.Total;
        return new LevelTwo(total, reduction, loss);
    }

    private Tensor LateLayers(Tensor from)
    {
        using BatchNormStatistics running = BatchNormStatistics.UseRunning(method.Backbone);
        return method.Backbone.ForwardFrom(views.From, from);
    }
}
