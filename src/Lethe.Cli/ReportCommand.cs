using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe report</c>: one self-contained page of one or several runs.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Run directories; runs that differ in the seed alone are shown as mean "
            + "and spread.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out") { Description = "The page to write. [report.html in the first run]", HelpName = "FILE" };
        var markdown = new Option<bool>("--markdown") { Description = "Write the table of all undos to standard output as well, as "
            + "Markdown. --json has the same numbers, and what is said of memorisation." };
        var dataRoot = new Option<string?>("--data-root") { Description = "With --map-images: where the files of a named source lie now, "
            + "if they have moved.", HelpName = "DIR" };
        Option<bool> force = OutputFile.Force();
        var command = new Command(
            "report",
            "Write one HTML page that is readable offline: verdict, curves, tables, pictures, and how to repeat it "
            + "all.") { runs, output, force, markdown, dataRoot };
        var table = new OptionTable(command, new MapOptions(), new Machine());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = table.Read(parsed);
            var map = values.Apply(new MapOptions());
            string[] paths = parsed.GetRequiredValue(runs);
            parsed.RequireOneOutput("--markdown", "--json");
            string? page = parsed.GetValue(output) is { } given ? OutputFile.Require(given, parsed.GetValue(force), ".html", ".htm") : null;
            foreach (string one in paths)
                terminal.WarnOfUnfinished(RunDirectory.Open(one));
            bool asksMarkdown = parsed.GetValue(markdown);
            ReportModel model = ReportModel.Load(paths);
            IReadOnlyList<Ablation> tables = Ablation.Of(model);
            if (asksMarkdown && tables.Count == 0)
                throw new RunException($"{string.Join(", ", paths)}: no undo was evaluated, so there is no table to write. Run 'lethe "
                    + $"undo {OptionValues.Quote(paths[0])}', or leave --markdown out.");
            if (map.MapImages > 0)
            {
                RunDirectory first = RunDirectory.Open(paths[0]);
                var session = Session.Open(
                    first, values.Apply(new Machine()), parsed.GetValue(dataRoot), terminal.Progress, cancellation);
                MapDrawing.Draw(first, session, map.MapImages.Value, terminal.Progress, cancellation);
            }

            string path = Write(paths, page, map.MapImages != 0);
            terminal.Say(Path.GetFullPath(path));
            if (asksMarkdown)
                terminal.Output.Write(MarkdownGrid.Render([.. tables.Select(table => table.Grid())]));
            return new JsonObject
            {
                ["report"] = path, ["memorisation"] = ResultJson.OfMemorisation(model), ["ablation"] = ResultJson.Of(tables),
            };
        });
    }

    /// <summary>Writes a page to a file, or to the first run's own where that is null; returns the file.</summary>
    public static string Write(IReadOnlyList<string> runs, string? output, bool map = true)
    {
        string html = HtmlReport.Render(ReportModel.Load(runs, images: map));
        string path = output ?? RunDirectory.Open(runs[0]).ReportPath;
        WriteText(path, html);
        return path;
    }

    /// <summary>Writes a text, whole or not at all.</summary>
    internal static void WriteText(string path, string text) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });
}
