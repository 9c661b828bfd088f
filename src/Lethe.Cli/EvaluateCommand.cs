using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Evaluation.Protocols;
using Lethe.Interchange;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe evaluate</c>: every state of a run's encoder, or an encoder from a file, under the protocols.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string?>("RUN")
        {
            Description = "The run directory of a pre-training; or --encoder.", Arity = ArgumentArity.ZeroOrOne,
        };
        var protocol = new Option<string?>("--protocol")
        {
            Description = "Protocols to run, separated by commas: "
                + $"{string.Join("; ", ProtocolRegistry.All.Select(entry => $"{entry.Name} ({entry.Summary})"))}. [quick ridge probe and "
                + "kNN of every state, as in training]",
            HelpName = "NAMES",
            CompletionSources = { _ => ProtocolRegistry.All.Select(entry => new CompletionItem(entry.Name)) },
        };
        var output =
            new Option<string?>("--out") { Description = "With --encoder: the JSON file to write the records to.", HelpName = "FILE" };
        var onSealed = new Option<bool>("--sealed")
        {
            Description = "Measure on the images sealed when the run began instead of the test images, for the number that you "
                + "publish. Every look is counted.",
        };
        Option<bool> force = OutputFile.Force();
        var command = new Command(
            "evaluate",
            "Evaluate every layer of an encoder: of a run when untrained, pre-trained, and after each undo and its control; or of a "
                + "ResNet from elsewhere.") { run, protocol, onSealed, output, force };
        var table = new OptionTable(
            command,
            [
                new ProtocolRunOptions(), .. ProtocolRegistry.All.Select(entry => entry.DefaultOptions),
                new EncoderFileOptions(), new DataOptions(), new ForeignOptions(), new Machine(),
            ]);
        return command.Does(terminal, (parsed, cancellation) =>
        {
            (OptionValues values, Machine machine, EncoderFileOptions file, DataOptions data, ForeignOptions foreign, ProtocolPlan? plan) =
                Check(parsed);
            string? path = parsed.GetValue(run), names = parsed.GetValue(protocol), written = parsed.GetValue(output);
            if (path is not null)
                terminal.WarnOfUnfinished(RunDirectory.Open(path));
            if (file.Encoder is not null)
                return File(file, foreign, data, plan!, machine, written, terminal, cancellation);
            string line = values.CommandLine(string.Join(
                ' ', ["evaluate", OptionValues.Quote(path!), .. names is null ? Array.Empty<string>() : ["--protocol", names],
                    .. parsed.GetValue(onSealed) ? ["--sealed"] : Array.Empty<string>()]));
            RunDirectory directory = RunDirectory.Open(path!);
            Session session = Session.Open(directory, machine, data.DataRoot, terminal.Progress, cancellation);
            return plan is not null ? Protocols(directory, session, plan, line, parsed.GetValue(onSealed), terminal, cancellation)
                : Plain(directory, session, line, parsed.GetValue(onSealed), terminal, cancellation);
        }, check: parsed => Check(parsed));

        (OptionValues Values, Machine Machine, EncoderFileOptions File, DataOptions Data, ForeignOptions Foreign, ProtocolPlan? Plan) Check(
            ParseResult parsed)
        {
            OptionValues values = table.Read(parsed);
            var machine = values.Apply(new Machine());
            var file = values.Apply(new EncoderFileOptions());
            string? path = parsed.GetValue(run), names = parsed.GetValue(protocol), written = parsed.GetValue(output);
            if ((path is null) == (file.Encoder is null))
                throw new InvalidOptionException("evaluate needs either a run directory, or --encoder with a file of weights.");
            if (file.Encoder is not null && parsed.GetValue(onSealed))
                throw new InvalidOptionException("--sealed belongs to a run, which seals images when it begins. Give a run directory.");
            if (path is not null && written is not null)
                throw new InvalidOptionException("--out belongs to --encoder; the results of a run are kept in its evaluation.json.");
            if (written is not null)
                OutputFile.Require(written, parsed.GetValue(force), ".json");

            // Where the files of a named source lie is all that a run lets one say of its images.
            DataOptions data = file.Encoder is null ? new DataOptions { DataRoot = values.Apply(new DataRootOnly()).DataRoot } : values
                .Apply(new DataOptions());
            ForeignOptions foreign = file.Encoder is null ? new ForeignOptions() : values.Apply(new ForeignOptions());
            ProtocolPlan? plan = names is null && file.Encoder is null ? null : Plan(names ?? "linear,knn", values);
            values.RequireAllUsed(
                plan is null
                    ? "belongs to --protocol or --encoder. Name a protocol, or leave it out."
                    : "no option of these protocols on this encoder. Leave it out.");
            return (values, machine, file, data, foreign, plan);
        }
    }

    private static ProtocolPlan Plan(string names, OptionValues values)
    {
        var options = values.Apply(new ProtocolRunOptions());
        if (options.Quick)
            options = values.Apply(new ProtocolRunOptions().ForQuick());
        return ProtocolPlan.Create(names, options, values.Apply);
    }

    private static JsonObject Plain(
        RunDirectory directory, Session session, string line, bool onSealed, Terminal terminal, CancellationToken cancellation)
    {
        Evaluating.Run(directory, session, line, onSealed, terminal.Progress, cancellation);
        var undos = new JsonObject();
        foreach (string? undo in directory.Undos.Select(u => Path.GetFileName(u.Path)).DefaultIfEmpty(null))
        {
            if (undo is not null)
                terminal.Say($"{undo}:");
            undos[undo ?? "none"] = onSealed
                ? SummaryView.ShowSealed(directory, undo, terminal)
                : SummaryView.Show(directory, undo, terminal);
        }

        return new JsonObject { ["run"] = directory.Path, ["undos"] = undos };
    }

    private static JsonObject Protocols(
        RunDirectory directory, Session session, ProtocolPlan plan, string line, bool onSealed, Terminal terminal,
        CancellationToken cancellation)
    {
        IReadOnlyList<EvaluationRecord> found = ProtocolEvaluation.Run(
            directory, session, plan, line, onSealed, terminal.Progress, cancellation);
        IEnumerable<EvaluationRecord> Found(RunDirectory part) => part.LoadEvaluation().Where(
            record => found.Any(
                one => one.Stage == record.Stage && one.Weights == record.Weights && one.Protocol == record.Protocol
                    && one.Target == record.Target && one.Quick == record.Quick));
        var undos = new JsonObject();
        foreach (RunDirectory? undo in directory.Undos.Cast<RunDirectory?>().DefaultIfEmpty(null))
        {
            if (undo is not null)
                terminal.Say($"{Path.GetFileName(undo.Path)}:");
            EvaluationRecord[] records =
                [.. Found(directory), .. undo is null ? [] : Found(undo), .. undo?.Control is { } control ? Found(control) : []];
            Show(records, terminal);
            undos[undo is null ? "none" : Path.GetFileName(undo.Path)] = ResultJson.Of(records);
        }

        return new JsonObject { ["run"] = directory.Path, ["undos"] = undos };
    }

    private static JsonObject File(
        EncoderFileOptions file, ForeignOptions foreign, DataOptions data, ProtocolPlan plan, Machine machine, string? written,
        Terminal terminal, CancellationToken cancellation)
    {
        IReadOnlyList<EvaluationRecord> found = ProtocolEvaluation.Run(
            file, foreign, data, plan, machine, terminal.Progress, cancellation);
        Show(found, terminal);
        JsonArray records = ResultJson.Of(found);
        if (written is not null)
            ReportCommand.WriteText(written, records.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }));

        return new JsonObject { ["encoder"] = file.Encoder, ["records"] = records };
    }

    private static void Show(IReadOnlyList<EvaluationRecord> records, Terminal terminal)
    {
        foreach (ResultTable found in ProtocolTables.Of(ResultTable.Of(records)))
            GridView.Show(ProtocolTables.Grid(found), terminal);
    }

    private sealed record DataRootOnly
    {
        public string? DataRoot { get; init; }
    }
}
