using System.CommandLine;
using System.IO.Enumeration;
using System.Text.Json.Nodes;
using Lethe.Cli.Sweeps;
using Lethe.Results;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Cli;

/// <summary><c>lethe sweep</c>: many runs of a file of options that vary, on this machine or as an array of Slurm.</summary>
internal static class SweepCommand
{
    // Cores that keep a network of usual size busy.
    private const int CoresOfAJob = 4;

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "A YAML file: options of every cell (pretrain), lists of values (grid), seeds, and what comes after (undo, "
                + "evaluate).",
        };
        var dry = new Option<bool>("--dry") { Description = "Only check the file and list its cells; with --slurm also write the script." };
        var slurm = new Option<bool>("--slurm") { Description = "Write the script of a job array and submit it to Slurm." };
        var one = new Option<string?>("--cell")
        {
            Description = "Make only this cell, as a task of a job array does; '*-seed1' takes all cells that end so.", HelpName = "NAME",
        };
        var command = new Command(
            "sweep",
            "Make many runs: every combination of option values, with several seeds, each with its undos and evaluations. Finished "
                + "work is skipped, and the same command continues after an interruption.") { file, dry, slurm, one };
        var table = new OptionTable(command, new SweepOptions());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = table.Read(parsed);
            var options = values.Apply(new SweepOptions());
            options.Validate();
            var sweep = Sweep.Read(parsed.GetRequiredValue(file), options.Out);
            SweepCell[] cells = Find(sweep, parsed.GetValue(one));
            new SweepCheck((RootCommand)parsed.RootCommandResult.Command).Require(sweep, cells);
            bool alone = parsed.GetValue(one) is not null && cells.Length == 1;

            // By all cells, not by those that are left: each computes with as many threads as without an interruption.
            int jobs = options.Jobs > 0 ? options.Jobs
                : alone ? 1
                : Math.Clamp(Environment.ProcessorCount / CoresOfAJob, 1, sweep.Cells.Count);
            int cores = alone ? OwnCores() : Environment.ProcessorCount;
            int threads = options.Threads > 0 ? options.Threads : Math.Max(1, cores / jobs);
            CellWork[] work = [.. cells.Select(cell => new CellWork(cell, threads, options.Retries))];
            foreach (CellWork cell in work)
                cell.Look();
            CellWork[] left = [.. work.Where(cell => cell.Outcome != CellOutcome.Done)];
            terminal.Say($"{Wording.Counted(work.Length, "cell")} of {sweep.File} in {sweep.Root}, {work.Length - left.Length} of them done"
                + (parsed.GetValue(slurm) || left.Length == 0 ? "." : $"; {jobs} at a time, {Wording.Counted(threads, "thread")} each."));
            if (parsed.GetValue(slurm))
                return Array(sweep, [.. left.Select(cell => cell.Cell)], options, parsed.GetValue(dry), terminal);
            if (parsed.GetValue(dry))
                List(work, terminal);
            else if (left.Length > 0)
                new SweepQueue(work, jobs, terminal).Run(cancellation);
            return Result(sweep, work, parsed.GetValue(dry), terminal);
        }, needsTorch: false, exitCode: result => result["unfinished"] is JsonArray { Count: > 0 } ? Verb.Failed : Verb.Done);
    }

    private static SweepCell[] Find(Sweep sweep, string? name)
    {
        SweepCell[] found = name is null ? [.. sweep.Cells]
            : [.. sweep.Cells.Where(cell => FileSystemName.MatchesSimpleExpression(name, cell.Name, ignoreCase: false))];
        return found.Length > 0 ? found
            : throw new InvalidOptionException($"--cell {name}: {sweep.File} has no such cell."
                + $"{Suggestion.Sentence(name!, sweep.Cells.Select(cell => cell.Name))} 'lethe sweep {OptionValues.Quote(sweep.File)} "
                + "--dry' lists them.");
    }

    // A task of Slurm has what it was given, which its processor count need not show.
    private static int OwnCores() => int.TryParse(Environment.GetEnvironmentVariable("SLURM_CPUS_PER_TASK"), out int given) && given > 0
        ? given : Environment.ProcessorCount;

    // What all have in common is said once.
    private static void List(CellWork[] work, Terminal terminal)
    {
        SweepCell first = work[0].Cell;
        foreach (IReadOnlyList<string> step in first.Steps)
            terminal.Say($"Every cell: lethe {first.KeyOf([.. step.Except(first.Own)])}");
        GridView.Show(
            new Grid("", 3, [new("cell"), new("state"), new("its own options")],
                [.. work.Select(cell => GridRow.Of(cell.Cell.Name, Word(cell), string.Join(' ', cell.Cell.Own)))]),
            terminal);
    }

    private static string Word(CellWork cell) => cell.Outcome == CellOutcome.Done ? "done"
        : Runs.RunDirectory.HoldsRun(cell.Cell.Path) ? "begun" : "waiting";

    private static JsonObject Array(Sweep sweep, IReadOnlyList<SweepCell> left, SweepOptions options, bool dry, Terminal terminal)
    {
        var result = new JsonObject { ["sweep"] = sweep.Root, ["cells"] = left.Count };
        if (left.Count == 0)
        {
            terminal.Say("All cells are done: there is nothing to give to Slurm.");
            return result;
        }

        string folder = Path.Combine(sweep.Root, Sweep.Folder), script = Path.GetFullPath(Path.Combine(folder, "array.sh"));
        Directory.CreateDirectory(folder);
        string text = SlurmArray.Script(sweep, left, options);
        AtomicFile.Write(script, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
        result["script"] = script;
        if (dry)
        {
            terminal.Say($"{Wording.Counted(left.Count, "task")}: 'sbatch {OptionValues.Quote(script)}' begins them.");
            return result;
        }

        string job = SlurmArray.SubmitScript(script);
        terminal.Say($"{Wording.Counted(left.Count, "task")} of job {job}. 'squeue -j {job}' shows them, and 'lethe runs "
            + $"{OptionValues.Quote(sweep.Root)}' the runs.");
        result["job"] = job;
        return result;
    }

    private static JsonObject Result(Sweep sweep, CellWork[] work, bool dry, Terminal terminal)
    {
        CellWork[] unfinished = dry ? [] : [.. work.Where(cell => cell.Outcome != CellOutcome.Done)];
        foreach (CellWork cell in unfinished)
            terminal.Say($"Not done: {cell.Cell.Name}: {cell.Reason}");
        string folder = OptionValues.Quote(sweep.Root);
        if (!dry)
        {
            terminal.Say(unfinished.Length > 0
                ? $"{unfinished.Length} of {work.Length} cells are not done. The same command tries them again; {folder}/{Sweep.Folder} "
                    + "has their logs."
                : $"Next: lethe runs {folder}, lethe compare {folder}, or lethe report {folder}");
        }

        return new JsonObject
        {
            ["sweep"] = sweep.Root,
            ["cells"] = new JsonArray(
            [
                .. work.Select(cell => (JsonNode)new JsonObject
                {
                    ["name"] = cell.Cell.Name, ["run"] = cell.Cell.Path, ["state"] = cell.Outcome.ToString().ToLowerInvariant(),
                    ["reason"] = cell.Reason, ["commands"] = new JsonArray([.. cell.Cell.Steps.Select(
                        step => (JsonNode)$"lethe {string.Join(' ', step.Select(OptionValues.Quote))}")]),
                }),
            ]),
            ["unfinished"] = new JsonArray([.. unfinished.Select(cell => (JsonNode)cell.Cell.Name)]),
        };
    }
}
