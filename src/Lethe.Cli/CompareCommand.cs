using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe compare</c>: all that was evaluated of several runs side by side, with differences paired by seed.</summary>
internal static class CompareCommand
{
    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Evaluated run directories, or a folder of runs, such as a sweep's. "
            + "Runs that differ only in the seed are one setting.", Arity = ArgumentArity.OneOrMore };
        var layer = new Option<string?>("--layer") { Description = "The layer. [the last one of the backbone]", HelpName = "NAME" };
        var everyLayer = new Option<bool>("--every-layer") { Description = "All layers." };
        var baseline = new Option<string?>("--baseline")
        {
            Description = "The column to subtract from all others, such as 'before', 'UMM default', or 'B control' with several "
                + "settings. [each undo minus its control, and all minus before]",
            HelpName = "ENTRANT",
        };
        var undos = new Option<string?>("--undos") { Description = "Undos to show, with commas between. [all]", HelpName = "NAMES" };
        var output = new Option<string?>("--out") { Description = "An HTML page to write as well.", HelpName = "FILE" };
        var markdown = new Option<bool>("--markdown") { Description = "Write the tables to standard output as Markdown." };
        var csv =
            new Option<bool>("--csv") { Description = "Write every number to standard output as CSV, one per line, with all digits." };
        var latex = new Option<bool>("--latex") { Description = "Write the tables to standard output as LaTeX (booktabs)." };
        var regret = new Option<bool>("--regret")
        {
            Description = "Show instead how good the rules of pretrain --keep are: how far each rule's epoch is below the best epoch "
                + "in accuracy, over all given runs.",
        };
        Option<bool> force = OutputFile.Force();
        var command = new Command(
            "compare",
            "Show all evaluations of several runs side by side, with differences paired by seed and 95 % intervals.")
        {
            runs, layer, everyLayer, baseline, undos, regret, output, force, markdown, csv, latex,
        };
        return command.Does(terminal, (parsed, _) =>
        {
            string[] paths = RunPaths.Expand(parsed.GetRequiredValue(runs), terminal);
            parsed.RequireOneOutput("--markdown", "--csv", "--latex", "--json");
            if (!new[] { markdown, csv, latex }.Any(parsed.GetValue))
            {
                terminal.Announce(StartUp.OfVerb(
                    "compare", $"{paths.Length} run{(paths.Length == 1 ? "" : "s")}: "
                        + (parsed.GetValue(regret) ? "which rule of --keep picks the best epoch" : "all evaluations of each"),
                    StartUp.Reads));
            }

            if (parsed.GetValue(regret))
            {
                Option[] others = [layer, everyLayer, baseline, undos, output, force, csv, latex];
                if (others.Any(one => parsed.GetResult(one) is { Implicit: false }))
                    throw new InvalidOptionException("--regret compares rules, not runs: combine it only with --markdown or --json.");
                return ShowRegret(paths, parsed.GetValue(markdown), terminal);
            }

            var options = new ComparisonOptions
            {
                Layer = parsed.GetValue(layer),
                EveryLayer = parsed.GetValue(everyLayer),
                Baseline = parsed.GetValue(baseline),
                Undos = parsed.GetValue(undos)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            };
            string? page = parsed.GetValue(output) is { } given ? OutputFile.Require(given, parsed.GetValue(force), ".html", ".htm") : null;
            foreach (string one in paths)
                terminal.WarnOfUnfinished(RunDirectory.Open(one));
            Comparison comparison = Comparison.Of(ReportModel.Load(paths), options);
            if (page is { } path)
            {
                ReportCommand.WriteText(path, ComparisonPage.Render(comparison, CommandLine(paths, options)));
                terminal.Say(Path.GetFullPath(path));
            }

            if (parsed.GetValue(markdown))
                terminal.Output.Write(MarkdownGrid.Render(comparison.Grids()));
            else if (parsed.GetValue(latex))
                terminal.Output.Write(LatexGrid.Render(comparison.Grids()));
            else if (parsed.GetValue(csv))
                terminal.Output.Write(CsvGrid.Render(comparison.Lines()));
            else
            {
                comparison.Grids().ToList().ForEach(grid => GridView.Show(grid, terminal));
                terminal.Say(string.Join(' ', [ComparisonVerdict.Of(comparison), .. ComparisonVerdict.Sentences(comparison)]));
            }

            return ResultJson.Of(comparison);
        });
    }

    private static JsonNode ShowRegret(IReadOnlyList<string> paths, bool markdown, Terminal terminal)
    {
        IReadOnlyList<Regret> regrets = Regret.Load(paths);
        if (markdown)
            terminal.Output.Write(MarkdownGrid.Render([Regret.Grid(regrets)]));
        else
            GridView.Show(Regret.Grid(regrets), terminal);
        return ResultJson.Of(regrets);
    }

    private static string CommandLine(IReadOnlyList<string> paths, ComparisonOptions options)
    {
        static string Flag(string name, string? value) => value is null ? "" : $" {name} {OptionValues.Quote(value)}";
        return $"lethe compare {string.Join(' ', paths.Select(OptionValues.Quote))}{Flag("--layer", options.Layer)}"
            + (options.EveryLayer ? " --every-layer" : "") + Flag("--baseline", options.Baseline)
            + Flag("--undos", options.Undos is { } undos ? string.Join(',', undos) : null);
    }
}
