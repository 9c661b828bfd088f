using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Ranks;
using Lethe.Training;
using Lethe.Umm.VolumeFactors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>
/// The two levels of UMM on one batch of early features, as functions of the trained parameters φ where they stand:
/// L₁(φ) = L_ssl(φ) + β·JS(φ) and L₂(φ) = L_ssl(φ) − α·ΔR(h(φ)) / its upper bound. With <c>--dose share</c> the weights of JS and ΔR follow
/// from the lengths of gradients instead (<see cref="Dosage"/>): they are decided by the first gradient of a level and then constants.
/// </summary>
/// <param name="method">The method whose loss both levels share.</param>
/// <param name="early">z_e of both views, a leaf, [2N, C, H, W], view-major.</param>
/// <param name="parameters">φ.</param>
/// <param name="progress">How far the run has come.</param>
/// <param name="options">α, β, ε² and the ablations.</param>
/// <param name="dosage">Decides the weights of JS and ΔR; null where they are α and β themselves.</param>
/// <param name="labels">The images' labels, [N], for a method that takes them; null for others.</param>
internal sealed class BilevelProblem(
    SslMethod method,
    Tensor early,
    IReadOnlyList<Parameter> parameters,
    TrainingProgress progress,
    UmmOptions options,
    Dosage? dosage = null,
    Tensor? labels = null)
{
    private readonly VolumeFactor volumeFactor = VolumeFactor.Create(options);
    private readonly Views own = Views.Pair(early, ResNet.ParseSplit(options.Split)) with { Labels = labels };
    private readonly bool aligned = options.Beta > 0 && !options.CutAlignment;

    // Decided by the first gradient of level one, so that its curvature is that of the same function.
    private double? alignmentWeight = dosage is null ? options.Beta : null;

    /// <summary>φ.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>η₁, or what a normalised step of level one came to: φ′ = φ − η₁∇L₁.</summary>
    public double InnerLearningRate { get; set; } = options.InnerLearningRate;

    /// <summary>How the batch is shared out to ranks, where early features are of this rank's images; null where of all.</summary>
    public BatchShare? Share { get; init; }

    /// <summary>Makes gradients through this rank's images those of the whole batch, in place; does nothing by default.</summary>
    public Action<IReadOnlyList<Tensor?>> Complete { get; init; } = _ => { };

    /// <summary>The gradient of a scalar of this problem with respect to φ, over the whole batch.</summary>
    /// <param name="value">The scalar.</param>
    /// <param name="retainGraph">Whether its graph stays usable.</param>
    /// <returns>One for each parameter.</returns>
    public Tensor[] Gradient(Tensor value, bool retainGraph)
    {
        Tensor[] found = Gradients.Of(value, parameters, retainGraph: retainGraph);
        if (Share is null)
            return found;

        // What torch gives may be one number seen as many.
        found = [.. found.Select(gradient => gradient.contiguous())];
        Complete(found);
        return found;
    }

    /// <summary>Level one at φ as it stands. Until the weight of JS is decided, it has none.</summary>
    /// <param name="place">Where in the run, for the message if it is not finite.</param>
    /// <returns>Its parts.</returns>
    public LevelOne LevelOne(string place)
    {
        MethodLoss loss = method.Loss(Batch, progress);
        LossCheck.RequireFinite(loss, place, LossCheck.OfUndo);
        Tensor logVolume = volumeFactor.LogVolume(new VolumeSample(early, loss, LateLayers, progress.Seed), aligned);
        if (Share is not null)
            logVolume = RankOperations.Gather(Share, logVolume);
        Tensor divergence = DistributionAlignment.JensenShannonToUniform(logVolume);
        return new LevelOne(loss.Total, divergence, logVolume, alignmentWeight ?? 0);
    }

    /// <summary>∇L₁ at φ as it stands; changes no batch-norm statistics.</summary>
    /// <param name="place">Where in the run, for the message if the loss is not finite.</param>
    /// <returns>One gradient for each of φ, and the level it belongs to, without its graph.</returns>
    public (IReadOnlyList<Tensor> Gradient, LevelOne Level) LevelOneGradient(string place)
    {
        using BatchNormStatistics held = BatchNormStatistics.Hold(method);
        using var scope = NewDisposeScope();
        LevelOne level = LevelOne(place);
        Tensor[] gradient;
        if (alignmentWeight is null && aligned)
        {
            Tensor[] ofLoss = Gradient(level.Loss, retainGraph: true);
            Tensor[] ofDivergence = Gradient(level.Divergence, retainGraph: false);
            alignmentWeight = dosage!.Weigh("alignment", options.Beta, ofLoss, ofDivergence);
            level = level with { Weight = alignmentWeight.Value };
            gradient = Sum(ofLoss, ofDivergence, level.Weight);
        }
        else
        {
            gradient = Gradient(level.Total, retainGraph: false);
        }

        Tensor Value(Tensor tensor) => tensor.detach().MoveToOuterDisposeScope();
        return (
            [.. gradient.Select(part => part.MoveToOuterDisposeScope())],
            new LevelOne(Value(level.Loss), Value(level.Divergence), Value(level.LogVolume), level.Weight));
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
        return [.. Gradient(slope, retainGraph: false).Select(part => part.MoveToOuterDisposeScope())];
    }

    /// <summary>
    /// Level two at φ as it stands; the pass that counts for batch-norm statistics and the method's state. Where the weight of ΔR follows
    /// from gradients, it has none here.
    /// </summary>
    /// <param name="place">Where in the run, for the message if the loss is not finite.</param>
    /// <returns>Its parts.</returns>
    public LevelTwo LevelTwo(string place)
    {
        MethodLoss loss = method.Loss(Batch, progress);
        LossCheck.RequireFinite(loss, place, LossCheck.OfUndo);
        long images = Batch.Images;
        bool raw = options.RateConvention == UmmOptions.CodeRate;
        Tensor rows = raw ? loss.Embeddings : loss.Features; // [2N, d]
        Tensor reduction = raw
            ? RawReduction(rows, images)
            : CodingRate.InstanceReduction(rows.narrow(0, 0, images), rows.narrow(0, images, images), options.Distortion());

        // The bound is that of unit rows, so that one α is of one size in both conventions.
        double bound = CodingRate.UpperBound(2 * Batch.Images, (int)rows.shape[1], options.Distortion());
        return new LevelTwo(loss, reduction, dosage is null ? Sign * options.Alpha / bound : 0);
    }

    /// <summary>∇L₂ at φ as it stands, by the one pass that counts.</summary>
    /// <param name="place">Where in the run, for the message if the loss is not finite.</param>
    /// <returns>One gradient for each of φ, and the level it belongs to.</returns>
    public (IReadOnlyList<Tensor> Gradient, LevelTwo Level) LevelTwoGradient(string place)
    {
        LevelTwo level = LevelTwo(place);
        if (dosage is null || options.Alpha == 0)
            return (Gradient(level.Total, retainGraph: false), level);
        Tensor[] ofLoss = Gradient(level.Loss.Total, retainGraph: true);
        Tensor[] ofReduction = Gradient(level.Reduction, retainGraph: false);
        level = level with { Weight = Sign * dosage.Weigh("reduction", options.Alpha, ofLoss, ofReduction) };
        return (Sum(ofLoss, ofReduction, level.Weight), level);
    }

    // ΔR of rows as they are, as the authors' code takes it: it grows with their length.
    private Tensor RawReduction(Tensor rows, long images)
    {
        double scale = rows.shape[1] / options.Distortion();
        Tensor pairs = rows.reshape(2, images, -1).transpose(0, 1); // [N, 2, d]
        return (LogDeterminant.OfIdentityPlus(rows, scale / (2 * images)) - LogDeterminant.OfIdentityPlus(pairs, scale / 2).mean()).Over(2);
    }

    private Views Batch => Share is null ? own : own with { Images = Share.Images };

    private double Sign => options.MinimiseReduction ? 1 : -1;

    private static Tensor[] Sum(Tensor[] ofLoss, Tensor[] ofTerm, double weight) =>
        [.. ofLoss.Zip(ofTerm, (loss, term) => loss.Plus(term.Times(weight)))];

    private Tensor LateLayers(Tensor from)
    {
        using BatchNormStatistics running = BatchNormStatistics.UseRunning(method.Backbone);
        return method.Backbone.ForwardFrom(own.From, from);
    }
}
