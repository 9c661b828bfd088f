using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.Runs;
using Lethe.Workflow;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary>Where a verb writes: text for people and progress to standard error, one JSON document to standard output.</summary>
internal sealed class Terminal
{
    // What every screen has, where there is none to ask.
    private const int Plain = 80;

    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    private readonly List<string> cautions = [];

    public Terminal(TextWriter output, TextWriter error, bool errorIsTerminal)
    {
        Output = output;
        error = new ErrorWriter(error);
        Error = error;
        bool colour = errorIsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        Progress = new ProgressDisplay(error, errorIsTerminal, colour, () => Columns, () => Console.WindowHeight);
        People = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(error),
            Ansi = errorIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        People.Pipeline.Attach(new PlainText());
        if (!errorIsTerminal)
            People.Profile.Width = 140;
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public ProgressDisplay Progress { get; }

    /// <summary>Columns of text that is shown to people.</summary>
    public static int Width => Console.IsOutputRedirected ? Plain : Columns;

    private static int Columns => Console.WindowWidth > 0 ? Console.WindowWidth : Plain;

    /// <summary>The console of tables and sentences.</summary>
    public IAnsiConsole People { get; }

    /// <summary>Writes a sentence for people.</summary>
    public void Say(string text)
    {
        Progress.Clear();
        Error.WriteLine(PlainText.Of(text));
    }

    /// <summary>Says what a verb is about to do.</summary>
    public void Announce(StartUp block) => Say(block.ToText());

    /// <summary>What was warned of.</summary>
    public IReadOnlyList<string> Cautions => cautions;

    /// <summary>Warns of weights whose training is not done; the JSON document has it too.</summary>
    /// <param name="run">The run.</param>
    /// <param name="checkpoint">The weights that are used.</param>
    public void WarnOfUnfinished(RunDirectory run, string checkpoint = CheckpointStore.Last)
    {
        foreach (string sentence in Unfinished.Sentences(run, checkpoint))
        {
            cautions.Add(sentence);
            Say($"Warning: {sentence}");
        }
    }

    /// <summary>Writes a table for people, in several where the screen is too narrow (<see cref="TableFit"/>).</summary>
    /// <param name="table">The table.</param>
    /// <param name="groups">What each column belongs to; null for nothing.</param>
    public void Show(Table table, IReadOnlyList<string>? groups = null)
    {
        Progress.Clear();
        foreach (Table part in TableFit.Parts(table, People, groups))
            People.Write(part);
    }

    /// <summary>Writes the one JSON document.</summary>
    public void WriteJson(JsonNode document)
    {
        Progress.Clear();
        Output.WriteLine(document.ToJsonString(indented));
    }
}
