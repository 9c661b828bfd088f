using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe evaluate</c>: every state of a run's encoder under the protocols.</summary>
internal static class EvaluateCommand
{
    private static readonly string[] protocols = [EvaluationProtocol.Linear, EvaluationProtocol.Knn];

    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "The run directory of a pre-training." };
        var protocol = new Option<string>("--protocol") { Description = "Whose accuracies to show: linear, knn, or both with a comma between. All are measured and kept in evaluation.json.", HelpName = "NAMES", DefaultValueFactory = _ => string.Join(',', protocols) };
        var dataRoot = UndoCommand.DataRoot();
        var command = new Command("evaluate", "Evaluate a run's encoder, early to last layer: untrained, pre-trained, and after each undo and its control.") { run, protocol, dataRoot };
        var table = new OptionTable(command, new Machine());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            string[] asked = parsed.GetRequiredValue(protocol).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (asked.Length == 0 || asked.Except(protocols).Any())
                throw new InvalidOptionException($"--protocol '{parsed.GetValue(protocol)}' is unknown. Use {string.Join(", ", protocols)}, or several with commas between.");
            RunDirectory directory = RunDirectory.Open(parsed.GetRequiredValue(run));
            Session session = Session.Open(directory, table.Read(parsed).Apply(new Machine()), parsed.GetValue(dataRoot), terminal.Progress, cancellation);
            Evaluating.Run(directory, session, terminal.Progress, cancellation);
            var undos = new JsonObject();
            foreach (string? undo in directory.Undos.Select(u => Path.GetFileName(u.Path)).DefaultIfEmpty(null))
            {
                if (undo is not null)
                    terminal.Say($"{undo}:");
                undos[undo ?? "none"] = SummaryView.Show(directory, undo, terminal, asked);
            }

            return new JsonObject { ["run"] = directory.Path, ["undos"] = undos };
        });
    }
}
