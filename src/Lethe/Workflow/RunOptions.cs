using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>Everything that decides a run of pre-training.</summary>
public sealed record RunOptions : OptionRecord, IConflicting
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Which images.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>The preset of how views are made, before single options change it: simclr, weak or none.</summary>
    public string Augmentation { get; init; } = "simclr";

    /// <summary>How views are made.</summary>
    public AugmentationOptions Views { get; init; } = new();

    /// <summary>Which network.</summary>
    public BackboneOptions Backbone { get; init; } = new();

    /// <summary>Which method, by its name in <see cref="MethodRegistry"/>.</summary>
    public string Method { get; init; } = "simclr";

    /// <summary>The method's own options: a record of the type that the method is registered with.</summary>
    public MethodOptions MethodOptions { get; init; } = new SimClrOptions();

    /// <summary>How to train.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>How layers are measured.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Ends pre-training when memorisation has set in, and keeps the encoder of that epoch as checkpoints/best.safetensors.</summary>
    public bool StopOnMemorisation { get; init; }

    /// <summary>
    /// The sign that stops: turn (ΔR of a layer turned, the paper's sign), gap (ΔR on images trained on rose against that on unseen ones), or either.
    /// </summary>
    [OneOf(StopSign.Turn, StopSign.Gap, StopSign.Either)]
    public string MemorisationSign { get; init; } = StopSign.Turn;

    /// <summary>The rule by which memorisation is seen.</summary>
    public MemorisationOptions Monitor { get; init; } = new();

    /// <summary>UMM in between epochs.</summary>
    public InterleavingOptions Interleaving { get; init; } = new();

    /// <summary>What all randomness is derived from.</summary>
    public ulong Seed { get; init; }

    /// <summary>The options as the run's manifest keeps them.</summary>
    /// <returns>A JSON object of one section for each record.</returns>
    public JsonObject ToJson() => new()
    {
        ["data"] = JsonSerializer.SerializeToNode(Data, Json),
        ["augmentation"] = Augmentation,
        ["views"] = JsonSerializer.SerializeToNode(Views, Json),
        ["backbone"] = JsonSerializer.SerializeToNode(Backbone, Json),
        ["method"] = Method,
        ["methodOptions"] = JsonSerializer.SerializeToNode(MethodOptions, MethodOptions.GetType(), Json),
        ["training"] = JsonSerializer.SerializeToNode(Training, Json),
        ["evaluation"] = JsonSerializer.SerializeToNode(Evaluation, Json),
        ["stopOnMemorisation"] = StopOnMemorisation,
        ["memorisationSign"] = MemorisationSign,
        ["monitor"] = JsonSerializer.SerializeToNode(Monitor, Json),
        ["interleaving"] = JsonSerializer.SerializeToNode(Interleaving, Json),
        ["seed"] = Seed,
    };

    /// <summary>Takes back what <see cref="ToJson"/> gave.</summary>
    /// <param name="json">The options of a manifest.</param>
    /// <returns>The options.</returns>
    /// <exception cref="RunException">A section is missing or cannot be read.</exception>
    public static RunOptions FromJson(JsonObject json)
    {
        try
        {
            string method = json["method"]!.GetValue<string>();
            return new RunOptions
            {
                Data = Section<DataOptions>(json, "data"),
                Augmentation = json["augmentation"]!.GetValue<string>(),
                Views = Section<AugmentationOptions>(json, "views"),
                Backbone = Section<BackboneOptions>(json, "backbone"),
                Method = method,
                MethodOptions = (MethodOptions?)json["methodOptions"].Deserialize(MethodRegistry.Find(method).DefaultOptions.GetType(), Json)
                    ?? throw new JsonException("The section 'methodOptions' is missing."),
                Training = Section<TrainingOptions>(json, "training"),
                Evaluation = Section<EvaluationOptions>(json, "evaluation"),

                // Runs of earlier versions have none of these.
                StopOnMemorisation = json["stopOnMemorisation"]?.GetValue<bool>() ?? false,
                MemorisationSign = json["memorisationSign"]?.GetValue<string>() ?? StopSign.Turn,
                Monitor = json["monitor"].Deserialize<MemorisationOptions>(Json) ?? new MemorisationOptions(),
                Interleaving = json["interleaving"].Deserialize<InterleavingOptions>(Json) ?? new InterleavingOptions(),
                Seed = json["seed"]!.GetValue<ulong>(),
            };
        }
        catch (Exception error) when (error is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new RunException($"The options in run.json cannot be read: {error.Message} Restore the file, or start a new run.", error);
        }
    }

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

        // Of a batch that no method could take, the limit has told already.
        if (Training.BatchSize > 1)
            entry.RequireBatch(MethodOptions, Training.BatchSize);
    }

    /// <summary>One record as JSON, in the manifest's naming.</summary>
    internal static JsonNode ToNode<T>(T record) => JsonSerializer.SerializeToNode(record, Json)!;

    /// <summary>One record from the section that <see cref="ToNode"/> made.</summary>
    internal static T Section<T>(JsonObject json, string name) => json[name].Deserialize<T>(Json)
        ?? throw new JsonException($"The section '{name}' is missing.");
}
