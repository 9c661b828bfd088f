using System.CommandLine;
using System.CommandLine.Parsing;
using Lethe.Operators;

namespace Lethe.Cli;

/// <summary>The command line: its verbs, and what happens when it cannot be parsed.</summary>
internal static class Application
{
    // A checkpoint of a large network takes seconds to write; the default of two would cut it off.
    private static readonly TimeSpan timeToSave = TimeSpan.FromMinutes(2);

    /// <summary>Makes the command line.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "Lethe trains image encoders without labels, shows when and in which layer they begin to memorise, and undoes it.")
        {
            RunCommand.Create(terminal),
            PretrainCommand.Create(terminal),
            ImportCommand.Create(terminal),
            DiagnoseCommand.Create(terminal),
            UndoCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            CompareCommand.Create(terminal),
            ReportCommand.Create(terminal),
            EmbedCommand.Create(terminal),
            ClassifyCommand.Create(terminal),
            SearchCommand.Create(terminal),
            ExportCommand.Create(terminal),
            DataCommand.Create(terminal),
            MethodsCommand.Create(terminal),
        };
        return root;
    }

    /// <summary>Runs a command line.</summary>
    /// <returns>0 done, 1 failed, 2 wrong use, 130 interrupted with the state saved.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        ParseResult parsed = Create(terminal).Parse(arguments);
        bool asksHelp = parsed.Action is System.CommandLine.Help.HelpAction;
        if (parsed.Errors.Count > 0 && !asksHelp)
        {
            foreach (ParseError error in parsed.Errors)
            {
                terminal.Say($"lethe: {error.Message}");
            }

            Command command = parsed.CommandResult.Command;
            terminal.Say($"See 'lethe {(command is RootCommand ? "" : command.Name + " ")}--help'.");
            return Verb.WrongUse;
        }

        OperatorNotices.Added += terminal.Say;
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                ProcessTerminationTimeout = timeToSave,
                EnableDefaultExceptionHandler = false,
                Output = terminal.Output,
                Error = terminal.Error,
            });
        }
        finally
        {
            OperatorNotices.Added -= terminal.Say;
        }
    }
}
