using System.CommandLine;
using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>The flags of verbs that pre-train: what decides the run, where it computes, where it is written.</summary>
internal sealed class RunFlags
{
    private const string EpochsFlag = "--epochs";

    private readonly Func<OptionValues, RunOptions> defaults;
    private readonly OptionRecord[] more;
    private readonly OptionTable table;
    private readonly Option<string?> output =
        new("--out") { Description = "The run directory. [runs/METHOD-SOURCE, numbered]", HelpName = "DIR" };
    private readonly ResumeOption resume = new(
        "Continue the run in --out from its last checkpoint. With --schedule constant, more --epochs than before make the run longer.");

    /// <summary>Adds the flags to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="defaults">The defaults of this verb, which may depend on what was given.</param>
    /// <param name="shown">The defaults that its help shows.</param>
    /// <param name="more">Records of further flags.</param>
    public RunFlags(Command command, Func<OptionValues, RunOptions> defaults, RunOptions shown, params OptionRecord[] more)
    {
        (this.defaults, this.more) = (defaults, more);
        command.Description += $" Methods: {string.Join(", ", MethodRegistry.All.Select(method => method.Name))}; 'lethe methods' "
            + "lists them.";
        command.Options.Add(output);
        command.Options.Add(resume);
        table = new OptionTable(
            command,
            [
                shown.Data, shown, shown.Backbone, shown.Weights, shown.Training, shown.Views, shown.Evaluation, shown.Monitor,
                shown.Interleaving, new Machine(),
                .. MethodRegistry.All.Select(entry => entry.DefaultOptions), .. more,
            ]);
    }

    /// <summary>Whether the verb was asked to go on, and must find something.</summary>
    public Resuming Resumes(ParseResult parsed) => resume.Of(parsed);

    /// <summary>The run directory that was named; null where none was.</summary>
    public string? Output(ParseResult parsed) => parsed.GetValue(output);

    /// <summary>What was given.</summary>
    public OptionValues Read(ParseResult parsed) => table.Read(parsed);

    /// <summary>Makes sure that a command which is to find its run again says where it is.</summary>
    /// <exception cref="InvalidOptionException">It does not.</exception>
    public void RequirePlace(ParseResult parsed)
    {
        if (Resumes(parsed) == Resuming.May && Output(parsed) is null)
        {
            throw new InvalidOptionException(
                "--resume auto needs --out with the directory of the run, so that the same command finds it again.");
        }
    }

    /// <summary>Makes sure that what was given can be used, before anything is read or begun.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <param name="values">What was given; the verb has taken its own records from it.</param>
    /// <returns>What it asks for.</returns>
    /// <exception cref="LetheException">It cannot be used, or is not what the run was begun with.</exception>
    public RunRequest Check(ParseResult parsed, OptionValues values)
    {
        var machine = values.Apply(new Machine());
        OptionRecord[] beside = [machine, .. more.Select(values.Apply)];
        string? path = parsed.GetValue(output);
        Resuming resumes = Resumes(parsed);
        RequirePlace(parsed);
        bool goesOn = resumes == Resuming.May
            ? RunDirectory.HoldsRun(path!)
            : resumes == Resuming.Must && !(path is not null && IsCutOff(path) && values.Flags.Any(flag => !IsOf(flag, beside)));
        if (goesOn)
        {
            OptionRecord.ValidateAll(beside);
            RunManifest begun = Begun(path).LoadManifest();
            int? longer = values.Apply(new TrainingOptions()).Epochs is { } epochs && epochs > begun.Pretraining.Training.EpochCount()
                ? epochs
                : null;
            RequireSame(values, begun, path!, longer is null ? [] : [EpochsFlag], beside);
            return new RunRequest(machine, path!) { Begun = begun, Longer = longer };
        }

        RunOptions options = Build(values);
        OptionRecord.ValidateAll([options, .. beside]);
        return new RunRequest(machine, path ?? FreePath(options)) { Options = options };
    }

    /// <summary>Pre-trains, or goes on.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="values">What was given.</param>
    /// <param name="verb">The verb, for the command line that repeats the run.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops with the state saved.</param>
    public (RunDirectory Run, Session Session) Pretrain(
        RunRequest request, OptionValues values, string verb, IProgress<WorkflowProgress> progress, CancellationToken cancellation)
    {
        (Machine machine, string path) = (request.Machine, request.Path);
        if (request.Options is { } options)
            return Pretraining.Start(options, machine, path, values.CommandLine(verb), progress, cancellation);
        RunManifest begun = request.Begun!;
        if (machine.Threads > 0 && machine.Threads != begun.Versions.Threads && begun.Status != RunStatus.Done)
        {
            progress.Report(new WorkflowProgress("", 0, 0, "",
                $"Warning: --threads {machine.Threads}, and {path} has {begun.Versions.Threads} so far: it will not be the same, bit "
                + "for bit, as without an interruption."));
        }

        if (request.Longer is { } more)
            Extension.Prepare(path, more);
        string? dataRoot = values.Apply(defaults(values).Data with { DataRoot = null }).DataRoot;
        return Pretraining.Resume(path, machine, dataRoot, progress, cancellation);
    }

    /// <summary>The run that a verb was asked to go on with.</summary>
    /// <param name="path">What <c>--out</c> names; null where it was not given.</param>
    /// <exception cref="LetheException">There is none.</exception>
    public static RunDirectory Begun(string? path)
    {
        if (path is null)
            throw new InvalidOptionException("--resume needs --out with the directory of the run to continue.");
        if (!RunDirectory.HoldsRun(path))
        {
            string found = IsCutOff(path) ? "it ended before anything of the run was written"
                : Directory.Exists(path) ? "it holds no run"
                : "there is no such directory";
            throw new RunException(
                $"--resume --out {path}: {found}, so there is nothing to continue."
                + $"{NearbyRuns.Sentence(path, RunDirectory.HoldsRun)} Without --resume a new run is begun.");
        }

        return RunDirectory.Open(path);
    }

    /// <summary>The options of a run that the flags ask for.</summary>
    /// <exception cref="InvalidOptionException">A flag was given that nothing uses.</exception>
    public RunOptions Build(OptionValues values)
    {
        RunOptions defaults = this.defaults(values), options = values.Apply(defaults);
        MethodEntry method = MethodRegistry.Find(options.Method);

        // A preset that is named replaces the verb's own views, then single flags change it.
        AugmentationOptions views = options.Augmentation == defaults.Augmentation ? defaults.Views : AugmentationOptions.Named(
            options.Augmentation);
        options = options with
        {
            Data = values.Apply(defaults.Data),
            Views = values.Apply(views),
            Backbone = values.Apply(defaults.Backbone),
            Weights = values.Apply(defaults.Weights),
            MethodOptions = values.Apply(method.DefaultOptions),
            Training = values.Apply(defaults.Training),
            Evaluation = values.Apply(defaults.Evaluation),
            Monitor = values.Apply(defaults.Monitor),
            Interleaving = values.Apply(defaults.Interleaving),
        };
        values.RequireAllUsed($"no option of method '{options.Method}'. Leave it out, or choose another --method.");
        return options;
    }

    // What is changed on resume would not be the same run; where a source lies does not decide it, and more epochs are asked for elsewhere.
    private static void RequireSame(
        OptionValues values, RunManifest begun, string path, IReadOnlyList<string> but, IReadOnlyList<OptionRecord> beside)
    {
        RunOptions earlier = begun.Pretraining;
        OptionRecord[] records =
        [
            earlier.Data, earlier, earlier.Views, earlier.Backbone, earlier.Weights, earlier.MethodOptions, earlier.Training,
            earlier.Evaluation, earlier.Monitor, earlier.Interleaving,
        ];
        string[] unused = [.. values.Flags.Where(flag => !IsOf(flag, [.. records, .. beside]))];
        if (unused.Length > 0)
        {
            throw new InvalidOptionException(
                $"{string.Join(", ", unused)}: no option of method '{earlier.Method}', with which {path} was begun. Leave it out.");
        }

        // A command that was given once can be given again, though an option that it left open has a value now, and though a longer
        // training has other shares of its steps.
        bool WasAsked((string Flag, string Asked, string Was) change) =>
            (change.Asked is "0" or "" && begun.Choices.Any(choice => choice.Option == change.Flag))
            || (begun.FirstTraining is { } first && change.Flag != EpochsFlag && IsOf(change.Flag, [first])
                && values.Changed(first).All(other => other.Flag != change.Flag));

        var differing = records.SelectMany(values.Changed)
            .Where(change => change.Flag != "--data-root" && !but.Contains(change.Flag) && !WasAsked(change));
        string[] changed = [.. differing.Select(
            change => $"{change.Flag} {change.Asked} ({(change.Was.Length == 0 ? "it had none" : $"it was {change.Was}")})").Distinct()];
        if (changed.Length > 0)
        {
            throw new InvalidOptionException(
                $"{path} was begun with other options: {string.Join(", ", changed)}. What is changed would not be the same run. Give "
                + "--resume without them, or start a new run with another --out.");
        }
    }

    // A start that ended before its first file had its name leaves at most its lock: the same command begins it, with --resume or without.
    private static bool IsCutOff(string path) => Directory.Exists(path) && !RunDirectory.HoldsRun(path) && RunDirectory.IsUnbegun(path);

    private static bool IsOf(string flag, IEnumerable<OptionRecord> records) => records.Any(
        record => record.GetType().GetProperties().Any(property => OptionField.Fits(property) && OptionName.Flag(property) == flag));

    private static string FreePath(RunOptions options)
    {
        string source = Path.GetFileName(options.Data.Data.TrimEnd(Path.DirectorySeparatorChar));

        // Options within a source's name, as rho=0.9, are kept; what not every file system takes is not.
        source = string.Concat(source.Select(c => c is ':' or ',' ? '-' : c));
        string stem = Path.Combine("runs", $"{options.Method}-{(source.Length > 0 ? source : "data")}");
        string path = stem;
        for (int i = 2; Directory.Exists(path); i++)
        {
            path = $"{stem}-{i}";
        }

        return path;
    }
}
