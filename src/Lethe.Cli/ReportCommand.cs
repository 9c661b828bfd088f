using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
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
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Run directories, or a folder of runs, such as a sweep's. Runs that differ only in the seed are shown as "
                + "mean and spread.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--out")
        {
            Description = "The page to write. [report.html in the first RUN]", HelpName = "FILE",
        };
        var markdown = new Option<bool>("--markdown") { Description = "Write the table of all undos to standard output as well, as "
            + "Markdown. --json has the same numbers, and the verdict on memorisation." };
        var latex = new Option<bool>("--latex")
        {
            Description = "Write the same table to standard output as LaTeX (booktabs).",
        };
        var csv = new Option<bool>("--csv")
        {
            Description = "Write every number of the same table to standard output as CSV, one a line, with all its digits.",
        };
        Option<string?> svg = Picture("--svg", "SVG"), png = Picture("--png", "PNG, three times the size");
        var figures = new Option<string?>("--figures")
        {
            Description = "The folder that --svg and --png write to. [figures in the first RUN]", HelpName = "DIR",
        };
        var dataRoot = new Option<string?>("--data-root") { Description = "With --map-images: where the files of a named source lie now, "
            + "if they have moved.", HelpName = "DIR" };
        Option<bool> force = OutputFile.Force();
        var command = new Command(
            "report",
            "Write one HTML page that works offline: verdict, curves, tables, pictures, and the commands that repeat it.") {
            runs, output, force, markdown, latex, csv, svg, png, figures, dataRoot,
        };
        var known = new OptionTable(command, new MapOptions(), new Machine());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = known.Read(parsed);
            var map = values.Apply(new MapOptions());
            var machine = values.Apply(new Machine());
            OptionRecord.ValidateAll([map, machine]);
            NumberTable? numbers = map.MapColumns is { } table ? NumberTable.Read(table, "--map-columns") : null;
            parsed.RequireOneOutput("--markdown", "--latex", "--csv", "--json");
            string home = parsed.GetRequiredValue(runs)[0];
            string[] paths = RunPaths.Expand(parsed.GetRequiredValue(runs), terminal);
            string? page = parsed.GetValue(output) is { } given ? OutputFile.Require(given, parsed.GetValue(force), ".html", ".htm") : null;
            foreach (string one in paths)
                terminal.WarnOfUnfinished(RunDirectory.Open(one));
            ReportModel model = ReportModel.Load(paths);
            IReadOnlyList<Ablation> undos = Ablation.Of(model);
            string? asked = new Option<bool>[] { markdown, latex, csv }.FirstOrDefault(parsed.GetValue)?.Name;
            if (asked is not null && undos.Count == 0)
                throw new RunException($"{string.Join(", ", paths)}: no undo was evaluated, so there is no table to write. Run 'lethe "
                    + $"undo {OptionValues.Quote(paths[0])}', or leave {asked} out.");
            string folder = parsed.GetValue(figures) ?? Path.Combine(home, "figures");
            (string? drawn, string? painted) = (parsed.GetValue(svg), parsed.GetValue(png));
            if (parsed.GetValue(figures) is not null && drawn is null && painted is null)
                throw new InvalidOptionException($"--figures {folder} needs --svg or --png, for example --svg all.");
            terminal.Announce(StartUp.OfVerb(
                "report", $"{paths.Length} run{(paths.Length == 1 ? "" : "s")} as one page"
                    + (map.MapImages > 0 ? $", with a map of at most {map.MapImages} images" : ""),
                map.MapImages > 0 ? "minutes for thousands of images; how far it is is shown" : StartUp.Reads,
                map.MapImages > 0 ? machine.Describe() : null));
            string[] pictures = [.. Draw(model, folder, drawn, painted)];
            if (map.MapImages > 0)
            {
                RunDirectory first = RunDirectory.Open(paths[0]);
                var session = Session.Open(
                    first, machine, parsed.GetValue(dataRoot), terminal.Progress, cancellation);
                MapDrawing.Draw(first, session, map.MapImages.Value, terminal.Progress, cancellation);
            }

            model = map.MapImages == 0 ? model with { ShowsMap = false } : ReportModel.Load(paths, images: true);
            if (numbers is not null)
            {
                (model, IReadOnlyList<string> notices) = MapTable.Coloured(model, numbers, Path.GetFileName(map.MapColumns!));
                foreach (string notice in notices)
                    terminal.Say(notice);
            }

            string path = Write(model, page ?? Path.Combine(home, Path.GetFileName(RunDirectory.Open(paths[0]).ReportPath)));
            terminal.Say(Path.GetFullPath(path));
            if (asked is not null)
            {
                terminal.Output.Write(asked == csv.Name
                    ? CsvGrid.Render(Ablation.Lines(undos))
                    : asked == latex.Name
                        ? LatexGrid.Render([.. undos.Select(table => table.Grid())])
                        : MarkdownGrid.Render([.. undos.Select(table => table.Grid())]));
            }

            if (pictures.Length > 0)
                terminal.Say($"{pictures.Length} picture{(pictures.Length == 1 ? "" : "s")} in {Path.GetFullPath(folder)}");
            return new JsonObject
            {
                ["report"] = path,
                ["memorisation"] = ResultJson.OfMemorisation(model),
                ["ablation"] = ResultJson.Of(undos),
                ["figures"] = new JsonArray([.. pictures.Select(picture => (JsonNode)picture)]),
            };
        });
    }

    private static Option<string?> Picture(string flag, string kind) => new(flag)
    {
        Description = $"Write a figure of the report as {kind}, or all: its name as in its title, with hyphens. A wrong name lists them.",
        HelpName = "FIGURE|all",
    };

    private static IEnumerable<string> Draw(ReportModel model, string folder, string? svg, string? png)
    {
        if (svg is null && png is null)
            yield break;
        IReadOnlyList<ReportFigure> figures = ReportFigure.Of(HtmlReport.Render(model));
        ReportFigure[] drawn = [.. svg is null ? [] : ReportFigure.Choose(figures, svg)];
        ReportFigure[] painted = [.. png is null ? [] : ReportFigure.Choose(figures, png)];
        MakeFolder(folder);
        foreach (ReportFigure figure in drawn)
        {
            string path = Path.Combine(folder, figure.Name + ".svg");
            WriteText(path, figure.ToSvg());
            yield return path;
        }

        foreach (ReportFigure figure in painted)
        {
            string path = Path.Combine(folder, figure.Name + ".png");
            byte[] picture = FigurePicture.Png(figure);
            AtomicFile.Write(path, stream => stream.Write(picture));
            yield return path;
        }
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"Cannot make the folder {folder}: {error.Message} Give another with --figures.", error);
        }
    }

    /// <summary>Writes the page of a run, with all that is known of its images, and returns the file.</summary>
    public static string Write(RunDirectory run) => Write(ReportModel.Load([run.Path], images: true), run.ReportPath);

    private static string Write(ReportModel model, string path)
    {
        WriteText(path, HtmlReport.Render(model));
        return path;
    }

    /// <summary>Writes a text, whole or not at all.</summary>
    internal static void WriteText(string path, string text) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });
}
