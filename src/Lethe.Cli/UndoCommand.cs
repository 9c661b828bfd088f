using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe undo</c>: UMM on a run's checkpoint, beside a control.</summary>
internal static class UndoCommand
{
    public static Command Create(Terminal terminal)
    {
        var name =
            new Option<string?>("--name") { Description = "Name of the folder below RUN/umm. [made of the options]", HelpName = "NAME" };
        var seed =
            new Option<ulong?>("--seed") { Description = "Decides order and views of the fine-tuning. [the run's seed]", HelpName = "N" };
        var resume = new ResumeOption("Continue the undo of that name from its last checkpoint.");
        var rivals = new Option<bool>("--rivals")
        {
            Description = "Also runs four simpler remedies that UMM must beat, each as an undo of its own: plain training with as "
                + "much compute, ZCA-whitening, late layers rewound, late layers averaged. Finished ones are skipped.",
        };
        var command = new Command(
            "undo",
            "Undo memorisation: fine-tune the late layers of a run's encoder by UMM, beside a control of as many plain training "
                + "steps. --remedy runs a simpler remedy instead, --rivals all of them too.") { name, seed, resume, rivals };
        var run = new EncoderArgument(command);
        var table = new OptionTable(command, [new UmmOptions(), .. EncoderArgument.Records, new Machine(), new RankOptions()]);
        return command.Does(terminal, (parsed, cancellation) =>
        {
            (OptionValues values, UmmOptions options, IReadOnlyList<UmmOptions> others, Machine machine) = Check(parsed);
            Resuming resumes = resume.Of(parsed);
            bool every = parsed.GetValue(rivals);
            bool needsHeads = options.Remedy != UmmOptions.Whiten;
            RunDirectory directory = run.Open(parsed, values, machine, needsHeads, terminal, cancellation);
            RunOptions pretraining = directory.LoadManifest().Pretraining;
            ulong chosen = parsed.GetValue(seed) ?? pretraining.Seed;
            string called = parsed.GetValue(name) ?? Undoing.DefaultName(options, chosen, pretraining.Seed);

            // Where the folder is there already, a start ended before its first file had its name, and this one begins it.
            if (resumes == Resuming.Must && !Directory.Exists(directory.UndoPath(called)))
            {
                string[] there = [.. directory.Undos.Select(undo => Path.GetFileName(undo.Path))];
                throw new RunException(
                    $"--resume: {directory.Path} has no undo '{called}' to go on with.{Suggestion.Sentence(called, there)} "
                    + (there.Length == 0 ? "It has none." : $"It has {string.Join(", ", there)}: give one to --name, with its own options.")
                    + " Leave --resume out to begin it.");
            }

            Session session = Session.Open(directory, machine, EncoderArgument.DataRoot(values), terminal.Progress, cancellation);
            string line = values.CommandLine($"undo {OptionValues.Quote(directory.Path)} --seed {chosen}");
            RunDirectory undo = Undoing.Run(
                directory, session, options, called, chosen, every || resumes != Resuming.No, line, terminal.Progress, cancellation);
            foreach (UmmOptions rival in others)
            {
                if (Remedies.IsPossible(directory, rival.Remedy))
                    Undoing.Run(directory, session, rival, null, chosen, resume: true, line, terminal.Progress, cancellation);
                else
                    terminal.Say($"Left out, --remedy {rival.Remedy}: {directory.Path} has {Remedies.KeepCheckpoints}.");
            }

            Evaluating.Update(directory, session, line, terminal.Progress, cancellation);
            JsonObject result = SummaryView.Show(directory, Path.GetFileName(undo.Path), terminal);
            result["rivals"] = SummaryView.ShowRivals(directory, every, terminal);
            result["run"] = directory.Path;
            result["undo"] = undo.Path;
            result["choice"] = EncoderView.Choose(directory, undo, terminal);
            return result;
        }, check: parsed => Check(parsed), ranks: parsed => table.Read(parsed).Apply(new RankOptions()));

        // Of a run alone one knows the rest.
        (OptionValues Values, UmmOptions Options, IReadOnlyList<UmmOptions> Others, Machine Machine) Check(ParseResult parsed)
        {
            OptionValues values = table.Read(parsed);
            UmmOptions options = values.Apply(new UmmOptions());
            var machine = values.Apply(new Machine());
            bool every = parsed.GetValue(rivals);
            if (every && options.Remedy != UmmOptions.Mechanism)
                throw new InvalidOptionException($"--rivals runs UMM and every other remedy; found --remedy {options.Remedy} as well. "
                    + "Leave one of the two out.");
            IReadOnlyList<UmmOptions> others = every ? [.. options.WithRivals().Skip(1)] : [];
            options = every ? options.Own() : options;
            OptionRecord.ValidateAll([options, .. others, machine]);
            resume.Of(parsed);
            return (values, options, others, machine);
        }
    }
}
