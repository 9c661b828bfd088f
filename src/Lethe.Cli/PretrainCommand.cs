using System.CommandLine;
using System.Text.Json.Nodes;
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
        return command.Does(terminal, (parsed, cancellation) =>
        {
            (RunDirectory run, _) = flags.Pretrain(parsed, flags.Read(parsed), "pretrain", terminal.Progress, cancellation);
            JsonObject monitor = DiagnoseCommand.Describe(run, terminal);
            monitor["run"] = run.Path;
            monitor["start"] = StartUpView.Of(run);
            monitor["encoder"] = EncoderView.Show(run, terminal);
            string path = OptionValues.Quote(run.Path);
            terminal.Say($"Next: lethe undo {path}, lethe report {path}, or lethe export {path} --format onnx");
            return monitor;
        }, ranks: parsed => flags.Read(parsed).Apply(new RankOptions()));
    }
}
