using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Ranks;
using Lethe.Runs;

namespace Lethe.Cli;

/// <summary><c>lethe pretrain</c>: pre-trains an encoder; <c>--resume</c> goes on where it stopped.</summary>
internal static class PretrainCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("pretrain", "Pre-train an encoder without labels, with diagnostics along the way.");
        RunFlags flags = new(command, _ => new RunOptions(), new RunOptions(), new RankOptions());
        var looked = new HashSet<DataOptions>();
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = flags.Read(parsed);
            RunRequest request = flags.Check(parsed, values);
            RunDirectory run = flags.Resumes(parsed) == Resuming.May && request.IsDone
                ? Done(request, terminal)
                : flags.Pretrain(request, values, "pretrain", terminal.Progress, cancellation).Run;
            JsonObject monitor = DiagnoseCommand.Describe(run, terminal);
            monitor["run"] = run.Path;
            monitor["start"] = StartUpView.Of(run);
            monitor["encoder"] = EncoderView.Show(run, terminal);
            string path = OptionValues.Quote(run.Path);
            terminal.Say($"Next: lethe undo {path}, lethe report {path}, or lethe export {path} --format onnx");
            return monitor;
        }, check: parsed =>
        {
            // Many runs of the same images need not look for them each.
            if (flags.Check(parsed, flags.Read(parsed)).Options is { } options && looked.Add(options.Data))
                DataSources.Parts(options.Data with { Duplicates = DuplicateRule.Ignore, GroupBy = null }, options.Seed);
        }, ranks: parsed => flags.Read(parsed).Apply(new RankOptions()));
    }

    // A command that is given again and again need not read the images to find that there is nothing to do.
    private static RunDirectory Done(RunRequest request, Terminal terminal)
    {
        terminal.Say($"{request.Path} is done: there is nothing left to train.");
        return RunDirectory.Open(request.Path);
    }
}
