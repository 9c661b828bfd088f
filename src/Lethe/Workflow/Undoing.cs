using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Training;
using Lethe.Umm;

namespace Lethe.Workflow;

/// <summary>Undoes memorisation in a run's encoder, beside a control, into directories below the run.</summary>
public static class Undoing
{
    private static readonly UmmOptions defaults = new();

    // Views and order differ from those of pre-training under the same seed.
    private const ulong UndoViews = 3;

    /// <summary>
    /// The name that an undo gets where none is given: what distinguishes it. The seed is part of it only where it is not
    /// the run's own, so that the same undo of runs of several seeds has one name, by which a report puts them together.
    /// </summary>
    /// <param name="options">The undo's options.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="runSeed">The seed of the run.</param>
    /// <returns>A name of letters, digits, dots and dashes.</returns>
    public static string DefaultName(UmmOptions options, ulong seed, ulong runSeed) => options.Remedy switch
    {
        UmmOptions.Whiten => UmmOptions.Whiten + Departure("-e", options.WhitenEpsilon, defaults.WhitenEpsilon),
        UmmOptions.Rewind => $"{UmmOptions.Rewind}-{options.Split}" + Departure("-", options.RewindEpoch, 0)
            + (options.Reestimate ? "-reestimate" : ""),
        UmmOptions.Average => $"{UmmOptions.Average}-{options.Split}" + Departure("-", options.AverageFrom, 0),
        UmmOptions.Continue => $"{UmmOptions.Continue}-{NameOfMechanism(options)}",
        _ => NameOfMechanism(options),
    } + (seed == runSeed ? "" : $"-seed{seed}");

    /// <summary>Runs UMM and, if asked, the control; what is done already is not done again, what was interrupted goes on.</summary>
    /// <param name="run">The run whose last checkpoint is taken.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="options">UMM's options.</param>
    /// <param name="name">Names the undo's folder; null takes <see cref="DefaultName"/>.</param>
    /// <param name="seed">Decides order and views of the fine-tuning.</param>
    /// <param name="resume">Whether an undo of that name may exist already.</param>
    /// <param name="command">The command line that repeats the undo.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two iterations with the state saved.</param>
    /// <returns>The undo's directory.</returns>
    /// <exception cref="LetheException">Something cannot be used; said before long work starts.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the undo can go on.</exception>
    public static RunDirectory Run(
        RunDirectory run,
        Session session,
        UmmOptions options,
        string? name,
        ulong seed,
        bool resume,
        string command,
        IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Validate();
        name ??= DefaultName(options, seed, session.Options.Seed);
        options = options.Own();
        int batchSize = options.BatchSize > 0 ? options.BatchSize : session.Options.Training.BatchSize;
        options = options with { BatchSize = batchSize, EpsilonSquared = options.Distortion() };
        if (options.TakesBatches)
            MethodRegistry.Find(session.Options.Method).RequireBatch(session.Options.MethodOptions, batchSize);
        if (options.TakesBatches && batchSize > session.Data.Train.Count)
            throw new InvalidOptionException($"--batch-size {batchSize} is larger than the {session.Data.Train.Count} training images. "
                + $"Use at most {session.Data.Train.Count}.");
        if (options.TakesFreshBatch && 2 * batchSize > session.Data.Train.Count)
        {
            throw new InvalidOptionException(
                $"--outer-batch {UmmOptions.Fresh} takes two batches of {batchSize} at a step, and there are {session.Data.Train.Count} "
                + $"training images. Use --batch-size {session.Data.Train.Count / 2} or less, or --outer-batch same.");
        }

        if (!run.Checkpoints.HasLast)
            throw new RunException($"{run.Path} has no checkpoint to undo: expected {run.Checkpoints.LastPath}. Pre-train first: 'lethe "
                + $"pretrain --resume --out {run.Path}'.");
        if (options.TakesBatches && run.LoadManifest() is { Origin.HeadsLoaded: false, Pretraining.Training.Epochs: 0 } imported)
        {
            throw new RunException(
                $"The heads of {imported.Method} in {run.Path} have never been trained, and UMM descends a loss that they are part of. "
                + "Import "
                + $"the encoder again and have them trained on it: 'lethe import {imported.Origin!.Source} --data "
                + $"{imported.Pretraining.Data.Data} --method {imported.Pretraining.Method} --head-epochs 10 --out ANOTHER'.");
        }

        Choice? choice = Remedies.Choose(run, options);
        if (options.Remedy == UmmOptions.Continue)
            (options, choice) = ForAsMuchCompute(session, options);
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        RunDirectory undo = RunDirectory.Create(run.UndoPath(name), resume);
        var place = new Place(run, session, options, seed, command) { Choice = choice };
        if (!RunDirectory.HoldsRun(undo.Path) || undo.LoadManifest().Status != RunStatus.Done)
        {
            progress?.Report(StartUp.OfUndo(
                undo.Path, run.LoadManifest(), options, choice, session.Machine.Describe(), seed, Expectation.Of(run, options)).Notice());
        }

        Part(place, undo, control: false, progress, cancellation);
        if (options.Control)
            Part(place, RunDirectory.Create(undo.ControlPath, resume: true), control: true, progress, cancellation);
        return undo;
    }

    /// <summary>The views of an undo: others, and in another order, than those of pre-training under the same seed.</summary>
    internal static ViewLoader Loader(Session session, UmmOptions options, ulong seed, bool ranked) =>
        session.CreateLoader(options.BatchSize, RandomStream.Derive(seed, UndoViews), localViews: false, ranked);

    // As many plain steps as the iterations of UMM cost, which take their place in the options.
    private static (UmmOptions Options, Choice Choice) ForAsMuchCompute(Session session, UmmOptions options)
    {
        using SslMethod method = session.CreateMethod();
        int steps = StepCost.EqualSteps(options, method);
        return (options with { Iterations = steps }, new Choice(
            "--iterations", $"{steps}", $"as many plain steps cost what {options.Iterations} of UMM do, by passes through the network"));
    }

    private static string NameOfMechanism(UmmOptions options) => Invariant($"{options.Split}-a{options.Alpha}-b{options.Beta}")
        + (options.MinimiseReduction ? "-minimise" : "") + (options.CutAlignment ? "-cut" : "")
        + Departure(options.Volume, defaults.Volume) + Departure(options.Dose, defaults.Dose)
        + Departure(options.LevelOne, defaults.LevelOne) + Departure(options.OuterBatch, defaults.OuterBatch)
        + Departure(options.InnerStep, defaults.InnerStep) + Departure(options.RateConvention, defaults.RateConvention)
        + $"-{options.Hypergradient}-{options.Iterations}";

    private static string Departure(string value, string usual) => value == usual ? "" : "-" + value;

    private static string Departure(string between, double value, double usual) =>
        value == usual ? "" : Invariant($"{between}{value}");

    private static void Part(
        Place place, RunDirectory directory, bool control, IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        RunManifest? earlier = RunDirectory.HoldsRun(directory.Path) ? directory.LoadManifest() : null;
        if (earlier is not null && (earlier.Umm, earlier.Seed, earlier.Pretraining) != (place.Options, place.Seed, place.Session.Options))
            throw new RunException($"{directory.Path} was begun with other options. Give it the same options, or another --name.");
        if (earlier?.Status == RunStatus.Done)
        {
            directory.RemoveHalfPulse();
            return;
        }

        earlier?.RequireFinite(directory.Path, "another --name and no --resume");

        (Session session, UmmOptions options) = (place.Session, place.Options);
        using SslMethod method = session.CreateMethod();
        double epochs = place.Run.Checkpoints.Load(method).Epoch;
        if (method.Backbone.Whitening is not null)
            throw new RunException(InitialEncoder.Whitened(place.Run.Path));

        // Both levels are defined on pairs of views of one size.
        bool steps = options.Remedy is UmmOptions.Mechanism or UmmOptions.Continue;
        using ViewLoader? loader = options.TakesBatches ? Loader(session, options, place.Seed, ranked: steps) : null;
        RunManifest manifest = earlier is not null ? earlier with { Status = RunStatus.Running, Failure = null } : new RunManifest
        {
            ToolVersion = Pretraining.ToolVersion,
            Kind = control ? RunKind.Control : RunKind.Umm,
            Status = RunStatus.Running,
            Method = MethodRegistry.Find(session.Options.Method).Title,
            Pretraining = session.Options,
            Umm = options,
            Seed = place.Seed,
            Command = place.Command,
            Versions = session.Machine.Describe(),
            Data = session.DescribeData(),
            Choices = place.Choice is { } choice ? [choice] : [],
            StartedUtc = DateTimeOffset.UtcNow,
        };
        var recorder = new RunRecorder(directory, manifest, progress);
        if (steps)
        {
            bool plain = control || options.Remedy == UmmOptions.Continue;
            var together = RankedWork.Of(session, manifest, plain, epochs);
            using var trainer = new UmmTrainer(method, loader!, options, plain, place.Seed, session.Device, epochs, session.Labels)
            {
                Ranked = together?.Steps,
            };
            string stage = plain ? "control" : "undoing";
            RunDiary.Keep(
                directory, stage, progress,
                told => new TrainingRun(session, trainer, recorder, stage, told) { Together = together }.Train(cancellation));
            return;
        }

        recorder.Record(
            () =>
            {
                Remedies.Apply(place.Run, session, method, options, place.Choice, loader, place.Seed, progress, cancellation);
                recorder.SaveMade(method, new TrainingState { Epoch = epochs });
            },
            done => done);
    }

    private sealed record Place(RunDirectory Run, Session Session, UmmOptions Options, ulong Seed, string Command)
    {
        /// <summary>What was chosen where the remedy leaves it open; null where nothing was.</summary>
        public Choice? Choice { get; init; }
    }
}
