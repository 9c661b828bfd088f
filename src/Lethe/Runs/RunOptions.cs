using System.Text.Json.Serialization;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Training;

namespace Lethe.Runs;

/// <summary>Everything that decides a run of pre-training.</summary>
/// <remarks><c>run.json</c> keeps it in the order of declaration; runs of earlier versions lack what is not required there.</remarks>
public sealed record RunOptions : OptionRecord, IConflicting
{
    /// <summary>Which images.</summary>
    [JsonRequired]
    public DataOptions Data { get; init; } = new();

    /// <summary>
    /// The preset for views by what the images show: simclr, for photos of things; textures, for surfaces, which keep their brightness and
    /// colour. Beside them weak and none, to study memorisation. Single options change it.
    /// </summary>
    [JsonRequired]
    public string Augmentation { get; init; } = "simclr";

    /// <summary>How views are made.</summary>
    [JsonRequired]
    public AugmentationOptions Views { get; init; } = new();

    /// <summary>Which network.</summary>
    [JsonRequired]
    public BackboneOptions Backbone { get; init; } = new();

    /// <summary>
    /// Weights to begin with instead of fresh ones: a run's directory, or a file or a folder of weights from elsewhere (safetensors,
    /// PyTorch, ONNX; Hugging Face, timm). Depth, width, stem and, where it is left open, the size of images are taken from it.
    /// </summary>
    public string? Init { get; init; }

    /// <summary>What is taken of them, and the normalisation.</summary>
    public WeightsOptions Weights { get; init; } = new();

    /// <summary>The self-supervised method, by its name; 'lethe methods' lists them.</summary>
    [JsonRequired]
    public string Method { get; init; } = "simclr";

    /// <summary>The method's own options: a record of the type that the method is registered with.</summary>
    [JsonIgnore]
    public MethodOptions MethodOptions { get; init; } = new SimClrOptions();

    /// <summary>
    /// For a method that takes labels: the share of the training images whose label is replaced by a random one. A control in which
    /// memorisation is certain (Zhang 2017, 1611.03530). Probes keep the right labels.
    /// </summary>
    [Limit(AtLeast = 0, AtMost = 1, Unit = "of the images")]
    public double LabelNoise { get; init; }

    /// <summary>How to train.</summary>
    [JsonRequired]
    public TrainingOptions Training { get; init; } = new();

    /// <summary>How layers are measured.</summary>
    [JsonRequired]
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>
    /// Ends pre-training when it memorises, and keeps the encoder of the best epoch before as checkpoints/best.safetensors.
    /// </summary>
    public bool StopOnMemorisation { get; init; }

    /// <summary>
    /// What ends training. accuracy: the accuracy of layer4 on unseen images turned. loss: the method's loss on unseen images turned,
    /// which does not say that features got worse. auto: accuracy where there are labels, else loss. For research: reduction-turn (ΔR of a
    /// layer turned, the paper's sign), reduction-gap (ΔR on images trained on rose against that on unseen ones), reduction-either.
    /// </summary>
    [OneOf(typeof(StopSign), nameof(StopSign.Names))]
    public string MemorisationSign { get; init; } = StopSign.Auto;

    /// <summary>
    /// Which encoder is kept beside the last, as checkpoints/best.safetensors. best-heldout: that of the evaluation with the lowest loss
    /// on unseen images. best-knn, best-linear, best-reduction, best-lidar, best-rankme: that with the highest value of layer4 on unseen
    /// images. last keeps none.
    /// </summary>
    [OneOf(typeof(BestRule), nameof(BestRule.Names))]
    public string Keep { get; init; } = BestRule.Last;

    /// <summary>The rules by which memorisation is seen.</summary>
    public MemorisationOptions Monitor { get; init; } = new();

    /// <summary>UMM in between epochs.</summary>
    public InterleavingOptions Interleaving { get; init; } = new();

    /// <summary>The number that all randomness is derived from.</summary>
    [JsonRequired]
    public ulong Seed { get; init; }

    IEnumerable<string> IConflicting.Conflicts()
    {
        MethodEntry entry = MethodRegistry.Find(Method);
        if (MethodOptions.GetType() != entry.DefaultOptions.GetType())
        {
            yield return $"Method '{Method}' takes {entry.DefaultOptions.GetType().Name}, found {MethodOptions.GetType().Name}.";
            yield break;
        }

        if (Views.LocalViews > 0 && !entry.TakesLocalViews)
        {
            yield return $"--local-views {Views.LocalViews}: method '{Method}' takes full-size views only. Use --local-views 0, or "
                + $"--method {string.Join(" or ", MethodRegistry.All.Where(one => one.TakesLocalViews).Select(one => one.Name))}.";
        }

        if (LabelNoise > 0 && !entry.TakesLabels)
        {
            yield return Invariant($"--label-noise {LabelNoise}: method '{Method}' sees no labels. Use --method ")
                + $"{string.Join(" or ", MethodRegistry.All.Where(one => one.TakesLabels).Select(one => one.Name))}, or leave it out.";
        }

        if (Training.Epochs == 0 && Init is null)
            yield return "--epochs 0 trains nothing. Give at least 1, or --init with weights to keep as they are.";

        // Of a batch that no method could take, the limit has told already.
        if (Training.BatchSize > 1)
            entry.RequireBatch(MethodOptions, Training.BatchSize);
    }
}
