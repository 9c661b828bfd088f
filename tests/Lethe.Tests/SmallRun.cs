using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;
using SkiaSharp;

namespace Lethe.Tests;

/// <summary>Generated images of two classes in a folder, and options for runs of seconds on them.</summary>
internal sealed class SmallRun : IDisposable
{
    public const int Epochs = 2;

    public static readonly Machine Machine = new() { Threads = 1 };

    public static readonly UmmOptions Undo = new() { Iterations = 4, BatchSize = 8, EvaluateIterations = 2 };

    private readonly TemporaryFolder folder = new();

    public SmallRun()
    {
        for (int label = 0; label < 2; label++)
        {
            for (int i = 0; i < 20; i++)
                WriteImage(Path.Combine(ImageFolder, $"class{label}", $"{i:00}.png"), (label * 100) + i);
        }
    }

    public string ImageFolder => folder["images"];

    public RunOptions Options => new()
    {
        Data = new DataOptions { Data = ImageFolder, ImageSize = Tiny.ImageSize },
        Views = AugmentationOptions.Named("simclr"),
        Backbone = Tiny.Network,
        Method = "simclr",
        MethodOptions = new SimClrOptions { ProjectorHidden = 16, ProjectorOutput = 8 },
        Training = new TrainingOptions { Epochs = Epochs, BatchSize = 8, EvaluateEvery = 1 },
        Evaluation = new EvaluationOptions { RateImages = 6, Neighbours = 3 },
        Seed = 4,
    };

    public string this[string name] => folder[name];

    public static void WriteImage(string path, int seed, int height = 16, int width = 16)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        byte[] png = Data.TempFolder.Encode(
            SKEncodedImageFormat.Png,
            height,
            width,
            (y, x) => new SKColor((byte)(seed + (9 * y)), (byte)((seed * 7) ^ x), (byte)((x * y) + (seed / 100 * 90))));
        File.WriteAllBytes(path, png);
    }

    public (RunDirectory Run, Session Session) Start(
        string name, RunOptions? options = null, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        Pretraining.Start(options ?? Options, Machine, this[name], "lethe pretrain", progress, cancellation);

    public static RunDirectory RunUndo(
        RunDirectory run, Session session, UmmOptions? options = null, bool resume = false, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Undoing.Run(run, session, options ?? Undo, "undo", 5, resume, "lethe undo", progress, cancellation);

    /// <summary>Reports that cancel the work when a condition first holds.</summary>
    public static IProgress<WorkflowProgress> CancelWhen(CancellationTokenSource stop, Func<WorkflowProgress, bool> condition) =>
        new Inline<WorkflowProgress>(progress =>
        {
            if (condition(progress))
                stop.Cancel();
        });

    public void Dispose() => folder.Dispose();
}
