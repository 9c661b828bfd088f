using System.CommandLine;
using System.CommandLine.Completions;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>
/// The argument RUN of a verb that measures or trains: the directory of a run, or a file of weights from elsewhere, which becomes a run
/// first. Holds the flags that such a file needs.
/// </summary>
internal sealed class EncoderArgument
{
    private static readonly RunOptions defaults = ImportCommand.Defaults();

    private readonly Argument<string?> argument;
    private readonly Option<string?> method = new("--method")
    {
        Description = "For a file of weights: the method whose heads to load from it, or to train. [simclr]", HelpName = "NAME",
        CompletionSources = { _ => MethodRegistry.All.Select(entry => new CompletionItem(entry.Name)) },
    };

    private readonly Option<string?> output = new("--out")
    {
        Description = "For a file of weights: the directory of the run made from it. [runs/NAME, numbered]", HelpName = "DIR",
    };

    /// <summary>Adds argument and flags to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="optional">Whether it can be left out.</param>
    public EncoderArgument(Command command, bool optional = false)
    {
        argument = new("RUN")
        {
            Description = "A run directory; or a file or folder of weights from elsewhere, with --data, which becomes a run (see 'lethe "
                + "import').",
            Arity = optional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
        command.Arguments.Add(argument);
        command.Options.Add(method);
        command.Options.Add(output);
    }

    /// <summary>Records whose flags a file needs, for the verb's table.</summary>
    public static IReadOnlyList<OptionRecord> Records { get; } = [defaults.Data, defaults.Weights, new ImportOptions()];

    /// <summary>What was given; null where it was left out.</summary>
    public string? Path(ParseResult parsed) => parsed.GetValue(argument);

    /// <summary>Where the files of a named source lie now, if they have moved: all that one can say of the images of a run.</summary>
    public static string? DataRoot(OptionValues values) => values.Apply(new DataOptions()).DataRoot;

    /// <summary>Flags that were given and belong to a file alone.</summary>
    public IEnumerable<string> OfFile(ParseResult parsed, OptionValues values)
    {
        HashSet<string> flags = [.. Records.SelectMany(record => record.GetType().GetProperties().Where(OptionField.Fits))
            .Select(OptionName.Flag)];
        flags.Remove("--data-root");
        return
        [
            .. values.Flags.Where(flags.Contains),
            .. new Option[] { method, output }.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(
                option => option.Name),
        ];
    }

    /// <summary>Opens the run, or makes one of the file.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="values">What was given.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="needsHeads">Whether the method's heads are needed, and so are trained where the file has none.</param>
    /// <param name="terminal">Told how far the work has come.</param>
    /// <param name="cancellation">Stops with the state saved.</param>
    /// <returns>The run.</returns>
    /// <exception cref="LetheException">There is none, or the file cannot be used.</exception>
    public RunDirectory Open(
        ParseResult parsed, OptionValues values, Machine machine, bool needsHeads, Terminal terminal, CancellationToken cancellation)
    {
        string path = Path(parsed)!;
        if (!InitialEncoder.IsForeign(path))
        {
            string[] misplaced = [.. OfFile(parsed, values)];
            if (misplaced.Length > 0)
            {
                throw new InvalidOptionException(
                    $"{string.Join(", ", misplaced)}: {path} is a run, which has these already. Leave it out.");
            }

            RunDirectory found = RunDirectory.Open(path);
            terminal.WarnOfUnfinished(found);
            return found;
        }

        var options = defaults with
        {
            Data = values.Apply(defaults.Data),
            Training = defaults.Training with { BatchSize = values.Apply(defaults.Training).BatchSize },
            Init = path,
            Weights = values.Apply(defaults.Weights),
            Method = parsed.GetValue(method) ?? defaults.Method,
        };
        options = options with { MethodOptions = MethodRegistry.Find(options.Method).DefaultOptions };
        if (options.Data.Data == Importing.NoImages)
            throw new InvalidOptionException($"{path} is a file of weights: it is measured on images. Give --data FOLDER.");
        string home = parsed.GetValue(output) ?? ImportCommand.FreePath(path);

        // The same command again goes on with what it began.
        if (RunDirectory.HoldsRun(home) && RunDirectory.Open(home).LoadManifest().Pretraining.Init == path)
            return Importing.GoOn(home, machine, options.Data.DataRoot, terminal.Progress, cancellation);
        RunDirectory run = Importing.Run(
            options, values.Apply(new ImportOptions()), needsHeads || parsed.GetValue(method) is not null, machine, home,
            $"lethe import {OptionValues.Quote(path)} --data {OptionValues.Quote(options.Data.Data)} --method {options.Method}",
            terminal.Progress, cancellation);
        terminal.Say($"{path} is the run {OptionValues.Quote(run.Path)} from here on.");
        return run;
    }
}
