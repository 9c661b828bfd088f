using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>Pre-trains an encoder into a run directory, with diagnostics along the way.</summary>
public static class Pretraining
{
    /// <summary>Starts a run.</summary>
    /// <param name="options">What decides the run.</param>
    /// <param name="machine">Where it computes.</param>
    /// <param name="path">The run directory, which must not hold anything yet.</param>
    /// <param name="command">The command line that repeats the run, for the manifest.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two steps with the state saved.</param>
    /// <returns>The run directory and the session, for what comes next.</returns>
    /// <exception cref="LetheException">Something cannot be used; said before long work starts.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can go on.</exception>
    public static (RunDirectory Run, Session Session) Start(
        RunOptions options, Machine machine, string path, string command, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Validate();
        (RunDirectory run, DirectoryLock taken) = RunDirectory.Claim(path);
        using DirectoryLock held = taken;
        InitialEncoder? initial = null;
        Session session;
        try
        {
            machine.Prepare();
            initial = InitialEncoder.Read(options);
            session = Session.Create(options, machine, initial, progress, cancellation);
        }
        catch
        {
            // Nothing of the run exists yet: the name is free again.
            initial?.Dispose();
            run.Abandon(held);
            throw;
        }

        using InitialEncoder? weights = initial;
        Train(run, session, new RunManifest
        {
            ToolVersion = ToolVersion,
            Kind = RunKind.Pretrain,
            Status = RunStatus.Running,
            Method = MethodRegistry.Find(options.Method).Title,
            Pretraining = session.Options,
            Seed = options.Seed,
            Command = command,
            Versions = machine.Describe(),
            Data = session.DescribeData(),
            StartedUtc = DateTimeOffset.UtcNow,
            Choices = session.Choices,
            Notes =
                [
                    .. session.Data.Notices,
                    .. session.Data.SkippedFiles.Select(file => $"skipped {file}"),
                    .. session.Advice,
                    .. new Interleaving(session).Note is { } note ? [note] : Array.Empty<string>(),
                ],
        }, weights, progress, cancellation);
        return (run, session);
    }

    /// <summary>Goes on with a run where its last checkpoint left it; does nothing where it is done.</summary>
    /// <param name="path">The run directory.</param>
    /// <param name="machine">Where to compute; other threads, kernels or another device give other bits.</param>
    /// <param name="dataRoot">Where a named source lies now, if it has moved.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two steps with the state saved.</param>
    /// <returns>The run directory and the session, for what comes next.</returns>
    /// <exception cref="LetheException">The run or the data cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can go on.</exception>
    public static (RunDirectory Run, Session Session) Resume(
        string path, Machine machine, string? dataRoot = null, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        RunDirectory run = RunDirectory.Open(path);
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        RunManifest manifest = run.LoadManifest();
        manifest.RequireFinite(path, "another --out and no --resume");
        Session session = Session.Open(run, machine.As(manifest.Versions), dataRoot, progress, cancellation);
        if (manifest.Status != RunStatus.Done)
        {
            // Until the first checkpoint is there the weights come from where they came from.
            using InitialEncoder? initial = run.Checkpoints.HasLast ? null : Again(run, manifest);
            Train(run, session, manifest with { Status = RunStatus.Running, Failure = null }, initial, progress, cancellation);
        }
        else
        {
            run.RemoveHalfPulse();
            progress?.Report(new WorkflowProgress("", 0, 0, "", $"{run.Path} is done: there is nothing left to train."));
        }

        return (run, session);
    }

    /// <summary>The version of this library.</summary>
    public static string ToolVersion { get; } = typeof(Pretraining).Assembly.GetName().Version!.ToString(3);

    private static InitialEncoder? Again(RunDirectory run, RunManifest manifest)
    {
        InitialEncoder? initial = InitialEncoder.Read(manifest.Pretraining);
        if (initial is null || initial.Checksum == manifest.Origin?.Checksum)
            return initial;
        initial.Dispose();
        throw new RunException(
            $"{manifest.Pretraining.Init} is not the file that {run.Path} was begun with: expected checksum "
            + $"{manifest.Origin?.Checksum}, found {initial.Checksum}. Restore the file, or start a new run.");
    }

    private static void Train(
        RunDirectory run, Session session, RunManifest manifest, InitialEncoder? initial, IProgress<WorkflowProgress>? progress,
        CancellationToken cancellation)
    {
        RunOptions options = session.Options;
        using SslMethod method = session.CreateMethod();
        initial?.Fill(method);
        RunOrigin? origin = manifest.Origin ?? initial?.Describe();
        foreach (string sentence in initial is null ? [] : origin!.Sentences)
            progress?.Report(new WorkflowProgress("", 0, 0, "", sentence));
        double millions = method.Backbone.parameters().Sum(parameter => parameter.numel()) / 1e6;
        session.StartUp = StartUp.Of(
            run.Path, options, session.Data, manifest.Versions,
            StartUp.Network(options) + Invariant($", {method.Backbone.StemName} stem, {millions:0.##} million parameters")
                + (options.Init is null ? "" : $", begun with {options.Init}")) with
        {
            Choices = session.Choices, Advice = session.Advice,
        };
        manifest = manifest with { Origin = origin, Versions = session.Machine.Within(manifest.Versions) };
        var together = RankedWork.Of(session, manifest);
        using ViewLoader loader = session.CreateLoader(options.Training.BatchSize, options.Seed, ranked: true);
        using var trainer = new Pretrainer(method, loader, options.Training, options.Seed, session.Device, session.Labels)
        {
            Ranked = together?.Steps,
        };

        // Its manifest is the first thing that a run has: what ends before it is there leaves nothing behind that matters.
        var recorder = new RunRecorder(run, manifest, progress);
        if (manifest.HasImages && !File.Exists(run.DivisionPath))
            DivisionFile.Write(run.DivisionPath, session.Data);
        RunDiary.Keep(run, "pre-training", progress, told => new TrainingRun(session, trainer, recorder, "pre-training", told)
        {
            Stopping = new EarlyStop(run, options), Interleaving = new Interleaving(session),
            Announcement = new Announcement(session.StartUp, told), Together = together,
        }.Train(cancellation));
    }
}
