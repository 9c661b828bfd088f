using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Storage;

namespace Lethe.Cli;

/// <summary><c>lethe report</c>: one self-contained page of one or several runs.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Run directories; runs that differ in the seed alone are shown as mean and spread.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out") { Description = "The page to write. [report.html in the first run]", HelpName = "FILE" };
        var command = new Command("report", "Write one HTML page that is readable offline: verdict, curves, tables, pictures, and how to repeat it all.") { runs, output };
        return command.Does(terminal, (parsed, _) =>
        {
            string[] paths = parsed.GetRequiredValue(runs);
            string path = Write(paths, parsed.GetValue(output));
            terminal.Say(Path.GetFullPath(path));
            return new JsonObject { ["report"] = path };
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
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(html);
        });
        return path;
    }
}
