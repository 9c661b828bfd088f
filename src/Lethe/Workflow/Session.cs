using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>What every piece of work on one run shares: its options, images, views, measuring, and the machine.</summary>
/// <remarks>
/// Holds the decoded images of the run as long as it is referenced; there is nothing to dispose. Work on one run is done by one thread at a
/// time.
/// </remarks>
public sealed class Session
{
    // What a seed is for; a seed of the run is never used for two things.
    private const ulong InitialWeights = 1;
    private const ulong TrainingViews = 2;

    private Session(RunOptions options, Machine machine, Device device, DataSplits data, ChannelStatistics statistics, int channels)
    {
        Options = options;
        Machine = machine;
        Device = device;
        Data = data;
        Augmenter = new ViewAugmenter(options.Views, data.ImageSize, channels, statistics);
        Labels = MethodRegistry.Find(options.Method).TakesLabels ? LabelNoise.Draw(data.Train, options.LabelNoise, options.Seed) : null;
        var measured = EvaluatedImages.InTraining(data);
        Evaluator = EvaluatorOf(measured);
        Losses = LossesOf(measured);
    }

    /// <summary>What decides the run.</summary>
    public RunOptions Options { get; }

    /// <summary>Where it computes.</summary>
    public Machine Machine { get; }

    /// <summary>The machine's device.</summary>
    public Device Device { get; }

    /// <summary>The images.</summary>
    internal DataSplits Data { get; }

    /// <summary>Renders views.</summary>
    internal ViewAugmenter Augmenter { get; }

    /// <summary>Measures layers in the course of training.</summary>
    internal LayerEvaluator Evaluator { get; }

    /// <summary>Measures the method's loss on seen and unseen images in the course of training.</summary>
    internal MethodLossEvaluator Losses { get; }

    /// <summary>What was chosen where an option was left open.</summary>
    internal IReadOnlyList<Choice> Choices { get; private init; } = [];

    /// <summary>What is amiss with the options on these images.</summary>
    internal IReadOnlyList<string> Advice { get; private init; } = [];

    /// <summary>Where a named source was found that had moved; null where the options say where it lies.</summary>
    internal string? DataRoot { get; private init; }

    /// <summary>What was said when training began; null where nothing was trained.</summary>
    internal StartUp? StartUp { get; set; }

    /// <summary>What a method that takes labels learns of the training images, noise included; null for others.</summary>
    internal IReadOnlyList<int>? Labels { get; }

    /// <summary>Opens the images of a new run.</summary>
    /// <param name="options">What decides the run.</param>
    /// <param name="machine">Where it computes.</param>
    /// <param name="progress">Told how far the reading of images has come.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>The session.</returns>
    /// <exception cref="LetheException">An option or the data cannot be used.</exception>
    public static Session Create(
        RunOptions options, Machine machine, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        machine.Prepare();
        using InitialEncoder? initial = InitialEncoder.Read(options);
        return Create(options, machine, initial, progress, cancellation);
    }

    /// <summary>Opens the images of a new run that begins with given weights, or with fresh ones where they are null.</summary>
    internal static Session Create(
        RunOptions options, Machine machine, InitialEncoder? initial, IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        if (initial?.IsWhitened == true)
            throw new InvalidOptionException(InitialEncoder.Whitened(options.Init!));
        Device device = machine.Prepare();
        options = initial?.Resolve(options) ?? options;
        bool gpu = device.type == TorchSharp.DeviceType.CUDA;
        DataOptions reading = options.Data with { LargestView = gpu ? ViewSize.MostOnGpu : ViewSize.MostOnProcessor };
        DataSplits data = Read(reading, options.Seed, progress, cancellation);
        MethodEntry method = MethodRegistry.Find(options.Method);
        RequireLabels(options, data);
        if (method.TakesLabels)
        {
            int classes = data.Train.ClassNames?.Count ?? throw new InvalidOptionException(
                $"--method {method.Name} learns from labels, and the images of {data.Source} have none. Give class folders, or another "
                + "--method.");
            options = options with { MethodOptions = method.ForClasses(options.MethodOptions, classes) };
        }

        var chosen = ChosenOptions.For(options, new TrainingFacts(data.Train.Count, data.ImageSize, gpu, data.Sizes));
        chosen.Options.Validate();
        int channels = initial?.Channels ?? data.Train.Channels;
        ChannelStatistics statistics = initial?.Statistics(data.Train)
            ?? Normalisation.Find(options.Weights.Normalisation, null, foreign: false, data.Train, channels).Statistics;
        if (options.Training.Minutes > 0)
        {
            progress?.Report(new WorkflowProgress("timing", 0, 0, "a few steps, to see how many epochs fit"));
            chosen = TimeBudget.Fit(
                options, chosen, one => TimeBudget.Measure(Of(chosen with { Options = one }), cancellation), data.Train.Count);
        }

        return Of(chosen);

        Session Of(ChosenOptions one) => new(one.Options, machine, device, data, statistics, channels)
        {
            Choices = one.Choices, Advice = one.Advice,
        };
    }

    /// <summary>Opens the images of a run that exists, and makes sure that they are the same.</summary>
    /// <param name="run">The run.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="dataRoot">Where a named source lies now, if it has moved.</param>
    /// <param name="progress">Told how far the reading of images has come.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>The session.</returns>
    /// <exception cref="LetheException">The run or the data cannot be used.</exception>
    public static Session Open(
        RunDirectory run, Machine machine, string? dataRoot = null, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        RunManifest manifest = run.LoadManifest();
        if (manifest.Kind != RunKind.Pretrain)
            throw new RunException($"{run.Path} holds an undo or its control. Give the directory of the pre-training that it belongs to.");
        if (!manifest.HasImages)
        {
            throw new RunException(
                $"{run.Path} was imported without images, so there is nothing to measure it on. Import it again with images: "
                + $"'lethe import {manifest.Origin?.Source} --data FOLDER --out ANOTHER'.");
        }

        return Open(manifest, run.Path, machine, dataRoot, run.DivisionPath, progress, cancellation);
    }

    /// <summary>The same by what a manifest says; a run's division, where it is at hand, tells what has changed of the images.</summary>
    internal static Session Open(
        RunManifest manifest, string name, Machine machine, string? dataRoot, string? division = null,
        IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default)
    {
        RunOptions options = manifest.Pretraining;
        options.Validate();
        Device device = machine.Prepare();

        // Where the images lie does not decide a run: its options, which an undo is compared by, stay as they were. The size of views is
        // that of then, whatever would be chosen now.
        DataOptions reading = options.Data with { DataRoot = dataRoot ?? options.Data.DataRoot, ImageSize = manifest.Data.ImageSize };
        DataSplits data = Read(reading, options.Seed, progress, cancellation);
        if (data.Fingerprint != manifest.Data.Fingerprint)
        {
            throw new RunException(
                $"The images of {data.Source} are not those that {name} was made with: expected fingerprint "
                + $"{manifest.Data.Fingerprint}, found {data.Fingerprint}. "
                + (division is null ? "" : DivisionFile.Changes(division, data)) + "Restore the images, or start a new run.");
        }

        return new Session(options, machine, device, data, manifest.Data.Statistics(), manifest.Data.Channels)
        {
            Choices = manifest.Choices, DataRoot = dataRoot,
        };
    }

    /// <summary>Makes the method with the run's initial weights.</summary>
    /// <returns>The method, on the device; the caller disposes it.</returns>
    /// <remarks>Seeds torch's own generator, which is the whole process's.</remarks>
    public SslMethod CreateMethod() => CreateMethod(Options, Augmenter.Channels, Data.ImageSize, Device);

    /// <summary>Makes sure that a run has images that nothing has read.</summary>
    /// <exception cref="RunException">It has none.</exception>
    internal void RequireSealed(RunDirectory run)
    {
        if (Data.Sealed is null)
        {
            throw new RunException(
                $"{run.Path} has no sealed images to measure. Begin a run with --sealed-images 1000; where its images have a test part of "
                + "their own, with a --test-images that leaves some of it.");
        }
    }

    /// <summary>The parts of the run with its sealed images, which are read now, in place of those of test.</summary>
    /// <exception cref="LetheException">There are none, or they cannot be read.</exception>
    internal DataSplits OnSealed(RunDirectory run, IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        RequireSealed(run);
        return Data with { Test = Data.Sealed!.Open(Told(progress), cancellation) };
    }

    /// <summary>Gives what measures layers on some images.</summary>
    internal LayerEvaluator EvaluatorOf(EvaluatedImages images) =>
        new(images, Augmenter, Options.Evaluation, Machine.ThreadCount(), Device);

    /// <summary>Gives what measures the method's loss on some images.</summary>
    internal MethodLossEvaluator LossesOf(EvaluatedImages images) =>
        new(images, Augmenter, Options.Evaluation, Machine.ThreadCount(), Device, Labels);

    /// <summary>Gives the views to train on.</summary>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="seed">Decides order and views.</param>
    /// <param name="localViews">Whether to give the local views that the options ask for as well.</param>
    /// <param name="ranked">Whether this rank's images alone are rendered, where the process is one of several ranks.</param>
    /// <returns>The loader.</returns>
    /// <exception cref="InvalidOptionException">There are more ranks than images in a batch.</exception>
    internal ViewLoader CreateLoader(int batchSize, ulong seed, bool localViews = true, bool ranked = false) => new(
        Data.Train, Augmenter, batchSize, RandomStream.Derive(seed, TrainingViews), Machine.ThreadCount(), localViews: localViews,
        own: ranked && RankGroup.OfProcess is { } ranks ? BatchShare.Of(ranks, batchSize).Range : null);

    /// <summary>What coding rates are computed with, for each layer.</summary>
    /// <param name="qualities">Measurements of all layers.</param>
    /// <returns>Rows, dimension and ε² of each layer.</returns>
    internal static IReadOnlyList<RateSetting> RateSettings(IReadOnlyList<LayerQuality> qualities) =>
        [
            .. qualities.Select(
                quality => new RateSetting(quality.Layer, quality.Trained.Rows, quality.Trained.Dimension, quality.Trained.EpsilonSquared)),
        ];

    /// <summary>What a manifest says of the images.</summary>
    /// <returns>The record.</returns>
    internal RunData DescribeData() => new RunData(
        Data.Source,
        Data.Fingerprint,
        Data.Train.Count,
        Data.Probe.Count,
        Data.Test.Count,
        Data.Train.ClassNames?.Count ?? 0,
        Data.ImageSize,
        Augmenter.Channels,
        [.. Augmenter.Statistics.Mean.Select(x => (double)x)],
        [.. Augmenter.Statistics.StandardDeviation.Select(x => (double)x)]).Within(Augmenter.Statistics.Range);

    /// <summary>Makes a method with the initial weights of a seed.</summary>
    internal static SslMethod CreateMethod(RunOptions options, int channels, int imageSize, Device device)
    {
        manual_seed((long)(RandomStream.Derive(options.Seed, InitialWeights) >> 1));
        var backbone = new ResNet(options.Backbone, channels, imageSize);
        SslMethod method = MethodRegistry.Find(options.Method).Create(options.MethodOptions, backbone);
        method.to(device);
        return method;
    }

    internal static DataSplits Read(
        DataOptions options, ulong seed, IProgress<WorkflowProgress>? progress, CancellationToken cancellation) =>
        DataSources.Open(options, seed, Told(progress), cancellation);

    private static void RequireLabels(RunOptions options, DataSplits data)
    {
        if (data.Train.ClassNames is not null)
            return;
        if (BestRule.Find(options.Keep) is { NeedsLabels: true } rule)
        {
            throw new InvalidOptionException(
                $"--keep {rule.Name} goes by an accuracy, and the images of {data.Source} have no labels. Use --keep best-heldout, or give "
                + "--labels.");
        }

        if (options.StopOnMemorisation && options.MemorisationSign == StopSign.Accuracy)
        {
            throw new InvalidOptionException(
                $"--memorisation-sign {StopSign.Accuracy} needs labels, and the images of {data.Source} have none. Use --memorisation-sign "
                + $"{StopSign.Loss}, or give --labels.");
        }
    }

    private static Forward<DataProgress>? Told(IProgress<WorkflowProgress>? progress) => progress is null
        ? null
        : new Forward<DataProgress>(p => progress.Report(new WorkflowProgress(p.Stage, p.Done, p.Total, "", p.Notice)));
}
