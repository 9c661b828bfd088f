using Lethe.Augmentation;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>Makes a run of an encoder from elsewhere, so that all that is done with a run can be done with it.</summary>
internal static class Importing
{
    /// <summary>
    /// What <c>--data</c> is where an encoder is imported without images: it can be embedded with and exported, not measured.
    /// </summary>
    public const string NoImages = "none";

    private const int DefaultHeadEpochs = 10;

    // What images of a small stem enter at where nothing says it.
    private const int SmallSize = 32;

    /// <summary>Imports an encoder.</summary>
    /// <param name="options">The options of the run; <see cref="RunOptions.Init"/> is the file.</param>
    /// <param name="import">How it is imported.</param>
    /// <param name="namesMethod">Whether the user chose the method: only then are its heads worth training.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="path">The run directory, which must not hold anything yet.</param>
    /// <param name="command">The command line that repeats it.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops with the state saved.</param>
    /// <returns>The run.</returns>
    /// <exception cref="LetheException">The file or the images cannot be used; said before long work starts.</exception>
    public static RunDirectory Run(
        RunOptions options, ImportOptions import, bool namesMethod, Machine machine, string path, string command,
        IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default)
    {
        OptionRecord.ValidateAll([options with { Training = options.Training with { Epochs = 0 } }, import, machine]);
        if (options.Data.Data == NoImages)
        {
            if (import.HeadEpochs > 0)
                throw new InvalidOptionException($"--head-epochs {import.HeadEpochs} needs images to train on. Give --data too.");
            return Keep(options, machine, path, command, progress);
        }

        int epochs = import.HeadEpochs ?? (namesMethod && !HasHeads(options, machine) ? DefaultHeadEpochs : 0);
        options = options with { Training = options.Training with { Epochs = epochs, Freeze = TrainingOptions.FreezeNames[^1] } };
        return Pretraining.Start(options, machine, path, command, progress, cancellation).Run;
    }

    /// <summary>Goes on with an import whose heads were still being trained; does nothing where it is done.</summary>
    /// <param name="path">The directory of the import.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="dataRoot">Where a named source lies now, if it has moved.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops with the state saved.</param>
    /// <returns>The run.</returns>
    /// <exception cref="LetheException">The run or its images cannot be used.</exception>
    public static RunDirectory GoOn(
        string path, Machine machine, string? dataRoot = null, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        RunDirectory run = RunDirectory.Open(path);
        return run.LoadManifest().Status == RunStatus.Done
            ? run
            : Pretraining.Resume(path, machine, dataRoot, progress, cancellation).Run;
    }

    /// <summary>What a file holds, without making a run of it.</summary>
    /// <param name="options">The options that the run would have.</param>
    /// <param name="machine">Where to compute.</param>
    /// <returns>What <c>run.json</c> would say of the weights, and the options that follow from them.</returns>
    /// <exception cref="LetheException">The file cannot be used.</exception>
    public static (RunOrigin Origin, RunOptions Options) Look(RunOptions options, Machine machine)
    {
        machine.Prepare();
        using InitialEncoder encoder = InitialEncoder.Read(options)!;
        (SslMethod method, options) = Create(encoder, options, CPU);
        using SslMethod whole = method;
        encoder.SayStatistics();
        return (encoder.Describe(), options);
    }

    /// <summary>Makes the network of a file, with heads for the method.</summary>
    /// <param name="encoder">The file's weights.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="device">Where to put it.</param>
    /// <returns>The method with the weights in it, which the caller disposes, and the options that follow from them.</returns>
    public static (SslMethod Method, RunOptions Options) Create(InitialEncoder encoder, RunOptions options, Device device)
    {
        options = encoder.Resolve(options);
        if (options.Data.ImageSize == 0)
            options = options with { Data = options.Data with { ImageSize = SmallSize } };
        SslMethod method = Session.CreateMethod(options, encoder.Channels, options.Data.ImageSize, device);
        encoder.Fill(method);
        return (method, options);
    }

    private static bool HasHeads(RunOptions options, Machine machine) => Look(options, machine).Origin.HeadsLoaded;

    private static RunDirectory Keep(
        RunOptions options, Machine machine, string path, string command, IProgress<WorkflowProgress>? progress)
    {
        Device device = machine.Prepare();
        using InitialEncoder encoder = InitialEncoder.Read(options)!;
        (SslMethod method, options) = Create(encoder, options with { Training = options.Training with { Epochs = 0 } }, device);
        using SslMethod whole = method;
        ChannelStatistics statistics = encoder.Statistics(null);
        (RunDirectory run, DirectoryLock taken) = RunDirectory.Claim(path);
        using DirectoryLock held = taken;
        RunOrigin origin = encoder.Describe();
        foreach (string sentence in origin.Sentences)
            progress?.Report(new WorkflowProgress("", 0, 0, "", sentence));
        var manifest = new RunManifest
        {
            ToolVersion = Pretraining.ToolVersion,
            Kind = RunKind.Pretrain,
            Status = RunStatus.Running,
            Method = MethodRegistry.Find(options.Method).Title,
            Pretraining = options,
            Seed = options.Seed,
            Command = command,
            Versions = machine.Describe(),
            Data = new RunData(
                NoImages, "", 0, 0, 0, 0, options.Data.ImageSize, encoder.Channels, [.. statistics.Mean.Select(x => (double)x)],
                [.. statistics.StandardDeviation.Select(x => (double)x)]).Within(statistics.Range),
            Origin = origin,
            StartedUtc = DateTimeOffset.UtcNow,
        };
        run.SaveManifest(manifest);
        run.Checkpoints.Save(method, null, new TrainingState());
        EncoderExport.Write(run.EncoderPath, RunEncoder.Of(method, manifest, epoch: 0));
        run.SaveManifest(manifest with { Status = RunStatus.Done, FinishedUtc = DateTimeOffset.UtcNow });
        return run;
    }
}
