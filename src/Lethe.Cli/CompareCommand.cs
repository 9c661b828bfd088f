using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lethe.Reporting;
using Lethe.Runtime;
using Spectre.Console;
using Markup = Spectre.Console.Markup;

namespace Lethe.Cli;

/// <summary><c>lethe compare</c>: all that was evaluated of several runs side by side, with differences paired by seed.</summary>
internal static class CompareCommand
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Run directories that were evaluated; runs that differ in the seed alone are one setting.", Arity = ArgumentArity.OneOrMore };
        var layer = new Option<string?>("--layer") { Description = "The layer. [the last one of the backbone]", HelpName = "NAME" };
        var everyLayer = new Option<bool>("--every-layer") { Description = "All layers." };
        var baseline = new Option<string?>("--baseline")
        {
            Description = "What is taken off all others: the name of a column, as 'before', 'UMM default', or 'B control' with several settings. [each UMM less its control, and less before]",
            HelpName = "ENTRANT",
        };
        var undos = new Option<string?>("--undos") { Description = "Undos to show, with commas between. [all]", HelpName = "NAMES" };
        var output = new Option<string?>("--out") { Description = "An HTML page to write as well.", HelpName = "FILE" };
        var markdown = new Option<bool>("--markdown") { Description = "Write the tables to standard output as Markdown." };
        var command = new Command("compare", "Set everything that was evaluated of several runs side by side, with differences paired by seed and 95 % intervals.")
        {
            runs, layer, everyLayer, baseline, undos, output, markdown,
        };
        return command.Does(terminal, (parsed, _) =>
        {
            string[] paths = parsed.GetRequiredValue(runs);
            bool asksMarkdown = parsed.GetValue(markdown);
            if (asksMarkdown && parsed.GetValue<bool>("--json"))
                throw new InvalidOptionException("--markdown and --json both write to standard output. Give one of the two.");
            var options = new ComparisonOptions
            {
                Layer = parsed.GetValue(layer),
                EveryLayer = parsed.GetValue(everyLayer),
                Baseline = parsed.GetValue(baseline),
                Undos = parsed.GetValue(undos)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            };
            ComparisonTable table = ComparisonTable.Of(ReportModel.Load(paths), options);
            if (parsed.GetValue(output) is { } path)
            {
                ReportCommand.WritePage(path, ComparisonPage.Render(table, CommandLine(paths, options)));
                terminal.Say(Path.GetFullPath(path));
            }

            if (asksMarkdown)
                terminal.Output.Write(ComparisonMarkdown.Render(table));
            else
                Show(table, terminal);
            return JsonSerializer.SerializeToNode(table, json)!;
        });
    }

    private static string CommandLine(IReadOnlyList<string> paths, ComparisonOptions options)
    {
        string[] words =
        [
            "lethe", "compare",
            .. paths.Select(OptionValues.Quote),
            .. options.Layer is { } layer ? (string[])["--layer", OptionValues.Quote(layer)] : [],
            .. options.EveryLayer ? (string[])["--every-layer"] : [],
            .. options.Baseline is { } baseline ? (string[])["--baseline", OptionValues.Quote(baseline)] : [],
            .. options.Undos is { } undos ? (string[])["--undos", OptionValues.Quote(string.Join(',', undos))] : [],
        ];
        return string.Join(' ', words);
    }

    private static void Show(ComparisonTable found, Terminal terminal)
    {
        foreach (ComparisonGrid grid in found.Grids())
        {
            terminal.Say(grid.Title);
            Table table = new Table().Border(TableBorder.Simple);
            for (int i = 0; i < grid.Header.Count; i++)
            {
                var column = new TableColumn(Markup.Escape(grid.Header[i]));
                table.AddColumn(i < grid.Names ? column : column.RightAligned());
            }

            for (int i = 0; i < grid.Rows.Count; i++)
                table.AddRow([.. grid.Rows[i].Select((cell, at) => grid.Clear[i] && at == grid.Names ? $"[bold]{Markup.Escape(cell)}[/]" : Markup.Escape(cell))]);
            terminal.Show(table);
        }

        foreach (string text in found.Remarks())
            terminal.Say(text);
    }
}
