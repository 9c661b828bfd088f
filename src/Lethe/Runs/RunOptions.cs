using System.Text.Json.Serialization;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Training;

namespace Lethe.Runs;

/// <summary>Everything that decides a run of pre-training.</summary>
/// <remarks><c>run.json</c> keeps it in the order of declaration; runs of earlier versions lack what is not required there.</remarks>
public sealed record RunOptions
{
    /// <summary>Which images.</summary>
    [JsonRequired]
    public DataOptions Data { get; init; } = new();

    /// <summary>The preset of how views are made, before single options change it: simclr, weak or none.</summary>
    [JsonRequired]
    public string Augmentation { get; init; } = "simclr";

    /// <summary>How views are made.</summary>
    [JsonRequired]
    public AugmentationOptions Views { get; init; } = new();

    /// <summary>Which network.</summary>
    [JsonRequired]
    public BackboneOptions Backbone { get; init; } = new();

    /// <summary>Which method, by its name in <see cref="MethodRegistry"/>.</summary>
    [JsonRequired]
    public string Method { get; init; } = "simclr";

    /// <summary>The method's own options: a record of the type that the method is registered with.</summary>
    [JsonIgnore]
    public MethodOptions MethodOptions { get; init; } = new SimClrOptions();

    /// <summary>How to train.</summary>
    [JsonRequired]
    public TrainingOptions Training { get; init; } = new();

    /// <summary>How layers are measured.</summary>
    [JsonRequired]
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>
    /// Ends pre-training when memorisation has set in, and keeps the encoder of that epoch as checkpoints/best.safetensors.
    /// </summary>
    public bool StopOnMemorisation { get; init; }

    /// <summary>
    /// The sign that stops: turn (ΔR of a layer turned, the paper's sign), gap (ΔR on images trained on rose against that on unseen
    /// ones), or either.
    /// </summary>
    public string MemorisationSign { get; init; } = StopSign.Turn;

    /// <summary>The rule by which memorisation is seen.</summary>
    public MemorisationOptions Monitor { get; init; } = new();

    /// <summary>UMM in between epochs.</summary>
    public InterleavingOptions Interleaving { get; init; } = new();

    /// <summary>What all randomness is derived from.</summary>
    [JsonRequired]
    public ulong Seed { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        Data.Validate();
        Views.Validate();
        Backbone.Validate();
        Training.Validate();
        Evaluation.Validate();
        Monitor.Validate();
        Interleaving.Validate();
        StopSign.Validate(MemorisationSign);
        MethodEntry entry = MethodRegistry.Find(Method);
        entry.RequireBatch(MethodOptions, Training.BatchSize);
        MethodOptions.Validate();
        if (Views.LocalViews > 0 && !entry.TakesLocalViews)
        {
            throw new InvalidOptionException(
                $"--local-views {Views.LocalViews}: method '{Method}' takes full-size views only. Use --local-views 0, or --method "
                + $"{string.Join(" or ", MethodRegistry.All.Where(method => method.TakesLocalViews).Select(method => method.Name))}.");
        }
    }
}
