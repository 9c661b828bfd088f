using System.CommandLine;
using Lethe.Operators;

namespace Lethe.Cli;

/// <summary>The command line: its verbs, and what happens when it cannot be parsed.</summary>
internal static class Application
{
    /// <summary>Makes the command line.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "Lethe trains image encoders without labels, measures layer by layer whether they memorise, and fine-tunes the late "
            + "layers against it, beside a control.")
        {
            RunCommand.Create(terminal),
            PretrainCommand.Create(terminal),
            ImportCommand.Create(terminal),
            DiagnoseCommand.Create(terminal),
            UndoCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            CompareCommand.Create(terminal),
            ReportCommand.Create(terminal),
            WatchCommand.Create(terminal),
            RunsCommand.Create(terminal),
            SweepCommand.Create(terminal),
            ReproduceCommand.Create(terminal),
            EmbedCommand.Create(terminal),
            ClassifyCommand.Create(terminal),
            SearchCommand.Create(terminal),
            ExportCommand.Create(terminal),
            DataCommand.Create(terminal),
            MethodsCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            Isolation.Create(),
        };
        HelpPage.AddTo(root, () => Terminal.Width);
        Synonyms.Teach(root);
        return root;
    }

    /// <summary>Runs a command line.</summary>
    /// <returns>0 done, 1 failed, 2 wrong use, 130 interrupted with the state saved, 75 the same by a signal of a scheduler.</returns>
    /// <param name="arguments">The command line.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="stop">Asks it to end with the state saved.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken stop = default)
    {
        RootCommand root = Create(terminal);
        (ParseResult parsed, IReadOnlyList<string> errors) = ArgumentReader.Read(root, arguments);
        if (errors.Count > 0)
        {
            foreach (string error in errors)
                terminal.Say($"lethe: {error}");
            string verb = Usage.NameOf(parsed.CommandResult.Command);
            terminal.Say($"See 'lethe {(verb.Length == 0 ? "" : verb + " ")}--help'.");
            if (arguments.Contains(Verb.JsonFlag))
                terminal.WriteJson(Verb.ErrorDocument(string.Join(' ', errors), Verb.WrongUse));
            return Verb.WrongUse;
        }

        OperatorNotices.Added += terminal.Say;
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false,
                Output = terminal.Output,
                Error = terminal.Error,
            }, stop);
        }
        finally
        {
            OperatorNotices.Added -= terminal.Say;
        }
    }
}
