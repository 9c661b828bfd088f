using System.CommandLine;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runtime;
using Lethe.Watching;

namespace Lethe.Cli;

/// <summary><c>lethe runs</c>: the runs below a folder as a list, with what they are at and where they differ.</summary>
internal static class RunsCommand
{
    private static readonly string[] columns = ["run", "state", "epochs", "begun", "last", "best"];

    public static Command Create(Terminal terminal)
    {
        Argument<string?> folder = WatchCommand.Folder();
        var filter = new Option<string?>("--filter")
        {
            Description = "Words that a run's name, state, method or options must all contain, for example 'done seed=1 batchSize=64'.",
            HelpName = "WORDS",
        };
        var sort = new Option<string?>("--sort")
        {
            Description = $"The column to sort by: {string.Join(", ", columns)}, or an option. [run]", HelpName = "COLUMN",
        };
        var reverse = new Option<bool>("--reverse") { Description = "Sort in descending order." };
        var measure = new Option<string?>("--measure")
        {
            Description = "The measure behind last and best, for example layer4/knnAccuracyHeldOut. [the best available]",
            HelpName = "LAYER/NAME",
        };
        var markdown = new Option<bool>("--markdown") { Description = "Write the table to standard output as Markdown." };
        var csv = new Option<bool>("--csv")
        {
            Description = "Write the table to standard output as CSV, with every option that differs and all digits.",
        };
        var command = new Command(
            "runs",
            "List the runs below a folder: state, age of the last sign of life, method, data, last and best numbers, and the options "
                + "in which they differ. Reads files and writes nothing.") { folder, filter, sort, reverse, measure, markdown, csv };
        return command.Does(terminal, (parsed, _) =>
        {
            parsed.RequireOneOutput("--markdown", "--csv", Verb.JsonFlag);
            WatchedFolder watched = WatchCommand.Open(parsed.GetValue(folder));
            DateTimeOffset now = DateTimeOffset.UtcNow;
            IReadOnlyList<WatchedRun> runs = watched.Runs;
            string column = Column(parsed.GetValue(sort) ?? "run", runs);
            var shown = Overview.Of(runs, new WatchQuery
            {
                Filter = parsed.GetValue(filter) ?? "",
                Sort = (parsed.GetValue(reverse) ? "-" : "") + column,
                Measure = parsed.GetValue(measure) ?? "",
            }, now);
            if (parsed.GetValue(measure) is { } asked && !shown.Measures.Contains(asked))
                throw new InvalidOptionException(NoMeasure(asked, shown.Measures));
            if (parsed.GetValue(markdown))
                terminal.Output.Write(MarkdownGrid.Render([OverviewGrid.Of(shown, now, plain: false)]));
            else if (parsed.GetValue(csv))
                terminal.Output.Write(CsvGrid.Render(OverviewGrid.Of(shown, now, plain: true)));
            else if (shown.Rows.Count > 0)
                GridView.Show(OverviewGrid.Of(shown, now, plain: false), terminal);
            terminal.Say(Counts(watched, shown));
            foreach (OverviewRow row in shown.Rows.Where(row => row.Life is RunLife.Failed or RunLife.Stale or RunLife.Unreadable))
                terminal.Say($"{row.Run.Id}: {RunWords.Sentence(row.Run, now)}");
            return OverviewJson.Of(shown, now);
        }, needsTorch: false);
    }

    // A column, or an option by its own name or the end of it, written as a flag or as run.json has it.
    private static string Column(string asked, IReadOnlyList<WatchedRun> runs)
    {
        if (columns.Contains(asked))
            return asked;
        string wanted = Synonyms.Folded(asked);
        string[] options = [.. runs.SelectMany(run => run.Options.Keys).Distinct()];
        string? found = options.FirstOrDefault(option => Synonyms.Folded(option) == wanted)
            ?? options.FirstOrDefault(option => Synonyms.Folded(option.Split('.')[^1]) == wanted);
        return found is not null
            ? Overview.OfOption + found
            : throw new InvalidOptionException($"--sort {asked} is neither a column nor an option of these runs. Use one of "
                + $"{string.Join(", ", columns)}, or an option's name."
                + Suggestion.Sentence(asked, columns.Concat(options.Select(option => option.Split('.')[^1]))));
    }

    private static string NoMeasure(string asked, IReadOnlyList<string> there)
    {
        string[][] parts = [.. there.Select(measure => measure.Split('/', 2))];
        return $"--measure {asked} was measured in none of these runs.{Suggestion.Sentence(asked, there)} It is LAYER/NAME: of "
            + $"{string.Join(", ", parts.Select(part => part[0]).Distinct())}, one of "
            + $"{string.Join(", ", parts.Select(part => part[1]).Distinct())}.";
    }

    private static string Counts(WatchedFolder watched, Overview shown)
    {
        if (shown.Rows.Count == 0)
            return watched.Runs.Count == 0 ? $"There is no run below {watched.Path}." : "No run has all of these words.";
        string states = string.Join(", ", shown.Rows.GroupBy(row => row.Life).OrderBy(life => life.Key).Select(
            life => $"{life.Count()} {RunWords.Word(life.Key)}"));
        return $"{Wording.Counted(shown.Rows.Count, "run")} below {watched.Path}: {states}.";
    }
}
