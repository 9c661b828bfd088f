using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lethe.Reporting;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Cli;

/// <summary><c>lethe report</c>: one self-contained page of one or several runs.</summary>
internal static class ReportCommand
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Run directories; runs that differ in the seed alone are shown as mean and spread.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out") { Description = "The page to write. [report.html in the first run]", HelpName = "FILE" };
        var markdown = new Option<bool>("--markdown") { Description = "Write the table of all undos to standard output as well, as Markdown. --json has the same numbers." };
        var command = new Command("report", "Write one HTML page that is readable offline: verdict, curves, tables, pictures, and how to repeat it all.") { runs, output, markdown };
        return command.Does(terminal, (parsed, _) =>
        {
            string[] paths = parsed.GetRequiredValue(runs);
            bool asksMarkdown = parsed.GetValue(markdown);
            if (asksMarkdown && parsed.GetValue<bool>("--json"))
                throw new InvalidOptionException("--markdown and --json both write to standard output. Give one of the two.");
            IReadOnlyList<AblationTable> tables = AblationTable.Of(ReportModel.Load(paths));
            if (asksMarkdown && tables.Count == 0)
                throw new RunException($"{string.Join(", ", paths)}: no undo was evaluated, so there is no table to write. Run 'lethe undo {OptionValues.Quote(paths[0])}', or leave --markdown out.");
            string path = Write(paths, parsed.GetValue(output));
            terminal.Say(Path.GetFullPath(path));
            if (asksMarkdown)
                terminal.Output.Write(AblationMarkdown.Render(tables));
            return new JsonObject { ["report"] = path, ["ablation"] = JsonSerializer.SerializeToNode(tables, json) };
        });
    }

    /// <summary>Writes a page.</summary>
    /// <param name="runs">Run directories.</param>
    /// <param name="output">The file, or null for the first run's own.</param>
    /// <returns>The file.</returns>
    public static string Write(IReadOnlyList<string> runs, string? output)
    {
        string html = HtmlReport.Render(ReportModel.Load(runs));
        string path = output ?? RunDirectory.Open(runs[0]).ReportPath;
        WritePage(path, html);
        return path;
    }

    /// <summary>Writes a text, whole or not at all.</summary>
    internal static void WritePage(string path, string html) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(html);
    });
}
