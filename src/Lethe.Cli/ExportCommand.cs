using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Recognition;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe export</c>: an encoder as a file that other programs run.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        var output = new Option<string?>("--out")
        {
            Description = "The file to write (FILE.onnx, FILE.pth or FILE.safetensors), or a folder for timm. [encoder.onnx, "
                + "encoder.pth or "
                + "encoder-timm in the run]",
            HelpName = "PATH",
        };
        var classifier = new Option<string?>("--classifier")
        {
            Description = "For onnx: a classifier from 'lethe classify'; the graph then also gives logits and probabilities.",
            HelpName = "FILE",
        };
        var dataRoot = new Option<string?>("--data-root")
        {
            Description = "The new place of a named source's files, if they have moved.", HelpName = "DIR",
        };
        var command = new Command(
            "export",
            "Write an encoder for other programs: an ONNX graph, verified with ONNX Runtime as it is written, or weights for timm or "
            + "torchvision.") { output, classifier, dataRoot };
        var flags = new EncoderFlags(command, layer: false);
        var table = new OptionTable(command, [new ExportOptions(), new OnnxExportOptions(), .. EncoderFlags.Records]);
        return command.Does(terminal, (parsed, cancellation) =>
        {
            OptionValues values = table.Read(parsed);
            (ExportOptions options, OnnxExportOptions graph) = (values.Apply(new ExportOptions()), values.Apply(new OnnxExportOptions()));
            var machine = values.Apply(new Machine());
            if (parsed.GetValue(output) is { } given)
                OutputFile.RequireWritable(given);
            EmbeddingClassifier? loaded = parsed.GetValue(classifier) is { } file ? EmbeddingClassifier.Load(file) : null;
            if (loaded is not null && graph.Layer == LayerNames.Auto)
            {
                AutoLayer made = AutoLayer.Of(loaded);
                terminal.Say(made.Why);
                graph = graph with { Layer = made.Layer };
            }

            ExportedClassifier? behind = loaded is null ? null : ExportedClassifier.Of(loaded);
            if (RunDirectory.HoldsRun(flags.Path(parsed)))
                terminal.WarnOfUnfinished(RunDirectory.Open(flags.Path(parsed)), flags.CheckpointOf(parsed));
            terminal.Announce(StartUp.OfVerb(
                "export", $"{flags.Path(parsed)}, as {options.Format}" + (options.Format == ExportOptions.Onnx
                    ? ", verified with ONNX Runtime before the file is kept" : ", read back and compared before the file is kept"),
                graph.Whiten ? StartUp.Shown : "seconds; longer with large images or large folders", machine.Describe()));
            ExportResult result = flags.Foreign(parsed, values) is { } foreign
                ? Exporting.Run(
                    foreign, options, graph,
                    parsed.GetValue(output) ?? throw new InvalidOptionException(
                        "--out is needed: weights from elsewhere have no run to put it in."),
                    machine, behind, terminal.Progress)
                : Exporting.Run(
                    RunDirectory.Open(flags.Path(parsed)), flags.CheckpointOf(parsed), options, graph, parsed.GetValue(output), machine,
                    parsed.GetValue(dataRoot), behind, terminal.Progress, cancellation);
            Say(result, options, terminal);
            return Describe(result, options);
        });
    }

    private static void Say(ExportResult result, ExportOptions options, Terminal terminal)
    {
        string size = Size(result.Bytes);
        if (options.Format == ExportOptions.Onnx)
        {
            terminal.Say($"Verified with ONNX Runtime on {result.Images} images ({result.ImagesFrom}), one alone and the rest in batches. "
                + "Largest difference from Lethe's own numbers, of the largest value:");
            foreach (OnnxExportOutput one in result.Outputs)
                terminal.Say(Invariant($"  {one.Name} [N, {one.Width}]: {one.Error:0.0e0}"));
            terminal.Say($"{result.Path} ({size})");
            terminal.Say($"Next: open it in any ONNX Runtime; input 'images', outputs as above. docs/export.md has C# and Python.");
            return;
        }

        terminal.Say("Read back and found equal, bit for bit.");
        terminal.Say($"{result.Path} ({size})");
        terminal.Say("Next, in Python:");
        foreach (string line in result.Python)
            terminal.Say($"  {line}");
    }

    private static JsonObject Describe(ExportResult result, ExportOptions options) => new()
    {
        ["out"] = result.Path,
        ["format"] = options.Format,
        ["bytes"] = result.Bytes,
        ["images"] = result.Images,
        ["imagesFrom"] = result.ImagesFrom,
        ["outputs"] = new JsonArray([.. result.Outputs.Select(
            one => (JsonNode)new JsonObject { ["name"] = one.Name, ["width"] = one.Width, ["error"] = one.Error })]),
        ["python"] = new JsonArray([.. result.Python.Select(line => (JsonNode)line)]),
        ["encoder"] = JsonNode.Parse(result.Metadata.ToJson()),
    };

    /// <summary>A size as people read it.</summary>
    internal static string Size(long bytes) => bytes < 1_000_000 ? Invariant($"{bytes / 1e3:F0} kB") : Invariant($"{bytes / 1e6:F1} MB");
}
