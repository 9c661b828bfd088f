using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Reproduction;

/// <summary>A preset by somebody's conventions on some images: the options of all runs follow from it.</summary>
/// <param name="Preset">How much is run.</param>
/// <param name="Options">What was asked for.</param>
internal sealed record Setting(Preset Preset, ReproductionOptions Options)
{
    // W-MSE's public code, which the authors' descends from: Adam, 3e-3 at a batch of 512.
    private const double PaperLearningRate = 3e-3;
    private const int PaperBatchSize = 512;

    /// <summary>The setting that options ask for.</summary>
    public static Setting Of(ReproductionOptions options) => new(Preset.Find(options.Preset), options);

    /// <summary>What is nearest to the paper: its scale by the conventions of its code. All deviations are held against this.</summary>
    public static Setting Reference { get; } =
        new(Preset.Full, new ReproductionOptions { Preset = Preset.Full.Name, Protocol = ReproductionOptions.PaperProtocol });

    /// <summary>Whether the conventions are those of the authors' code.</summary>
    public bool IsPaper => Options.Protocol == ReproductionOptions.PaperProtocol;

    /// <summary>The images.</summary>
    public string Data => Options.Data ?? Preset.Data;

    /// <summary>Seeds of the runs of one setting, from 1 on.</summary>
    public IReadOnlyList<ulong> Seeds =>
        [.. Enumerable.Range(1, Options.Seeds > 0 ? Options.Seeds : Preset.Seeds).Select(seed => (ulong)seed)];

    /// <summary>UMM by these conventions.</summary>
    public UmmOptions Undo
    {
        get
        {
            var undo = new UmmOptions { Iterations = Preset.Iterations, EvaluateIterations = Preset.EvaluateIterations };
            return !IsPaper ? undo : undo with
            {
                LevelOne = UmmOptions.Keep, OuterBatch = UmmOptions.Fresh, InnerStep = InnerStep.Adam,
                RateConvention = UmmOptions.CodeRate,

                // Both levels move one module there; Adam steps by its rate, however short the gradient.
                InnerLearningRate = undo.OuterLearningRate,
            };
        }
    }

    /// <summary>The accuracies that claims are judged by: of probes fitted on images trained on, or on others.</summary>
    public IReadOnlyList<string> Accuracies => IsPaper
        ? [Measure.KnnAccuracySeenBank, Measure.LinearAccuracySeenBank]
        : [Measure.KnnAccuracy, Measure.LinearAccuracy];

    /// <summary>The last frozen layer of UMM, the early layer that the last one is held against.</summary>
    public string Early => Undo.Split;

    /// <summary>The last layer.</summary>
    public static string Last => LayerNames.Last;

    /// <summary>The options of a pre-training.</summary>
    /// <param name="method">The method.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="data">Other images than those of the setting.</param>
    public RunOptions Run(string method, ulong seed, string? data = null) => new()
    {
        Data = new DataOptions
        {
            Data = data ?? Data, DataRoot = data is null ? Options.DataRoot : null, ImageSize = Preset.Network.ImageSize,
            Limit = Preset.Limit, ProbeImages = Preset.Measured, TestImages = Preset.Measured,
        },
        Views = IsPaper ? new AugmentationOptions { GreyProbability = 0.1, BlurProbability = 0 } : new AugmentationOptions(),
        Backbone = new BackboneOptions { Backbone = Preset.Network.Backbone, Width = Preset.Network.Width },
        Method = method,
        MethodOptions = MethodRegistry.Find(method).DefaultOptions,
        Training = new TrainingOptions
        {
            Epochs = Preset.Epochs,
            BatchSize = Preset.BatchSize,
            EvaluateEvery = Math.Max(1, Preset.Epochs / Preset.Evaluations),
            Schedule = IsPaper ? LearningRateSchedule.Drops : LearningRateSchedule.Cosine,
            LearningRate = IsPaper ? PaperLearningRate * Preset.BatchSize / PaperBatchSize : 0,
            KeepCheckpoints = true,
        },
        Seed = seed,
    };

    /// <summary>The pre-trainings of all methods and seeds.</summary>
    public IEnumerable<RunOptions> Runs(string? data = null) =>
        from method in Preset.Methods
        from seed in Seeds
        select Run(method, seed, data);

    /// <summary>What an undo of these options is called, in every run.</summary>
    public static string NameOf(UmmOptions undo) => Undoing.DefaultName(undo, 0, 0);

    /// <summary>Makes sure that another data set which is needed late is there; the first run looks for its own at once.</summary>
    /// <param name="progress">Told how far reading has come.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="LetheException">It cannot be read.</exception>
    public void RequireTarget(IProgress<WorkflowProgress> progress, CancellationToken cancellation)
    {
        // Generated images are there whenever they are asked for.
        if (Options.Target.Split(':')[0] == DataSources.CausalName)
            return;
        Session.Read(
            new DataOptions { Data = Options.Target, DataRoot = Options.DataRoot, ImageSize = Preset.Network.ImageSize, Limit = 2 },
            0, progress, cancellation);
    }
}
