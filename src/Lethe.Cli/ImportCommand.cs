using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe import</c>: an encoder from elsewhere becomes a run; <c>--dry</c> says what is in the file.</summary>
internal static class ImportCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "Weights: safetensors, PyTorch (.pth, .pt, .ckpt), ONNX, or a folder of Hugging Face or timm. Nothing in it is "
                + "executed.",
        };
        var dry = new Option<bool>("--dry")
        {
            Description = "Only print what the file holds, what Lethe would use, and what it would leave out.",
        };
        var command = new Command(
            "import",
            "Turn an encoder from elsewhere into a run, to diagnose, undo, evaluate, embed and export it. Without --data it can embed "
                + "and be exported, but not be measured.") { file, dry };
        RunOptions defaults = Defaults();
        RunFlags flags = new(command, _ => defaults, defaults, new ImportOptions());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            OptionValues values = flags.Read(parsed);
            if (values.Flags.FirstOrDefault(flag => flag is "--init" or "--epochs" or "--freeze" or "--freeze-epochs") is { } misplaced)
            {
                throw new InvalidOptionException(
                    $"{misplaced} belongs to 'lethe pretrain'. import takes FILE, keeps the encoder as it is, and trains the heads alone "
                    + "for --head-epochs.");
            }

            var import = values.Apply(new ImportOptions());
            Machine machine = values.Apply(new Machine());
            RunOptions options = flags.Build(values);
            options = options with { Init = path };
            bool only = parsed.GetValue(dry);
            if (only || options.Data.Data == Importing.NoImages)
            {
                terminal.Announce(StartUp.OfVerb(
                    "import", $"{path}: " + (only ? "what it holds; nothing is written" : "its weights become a run, to embed with and to "
                        + "export"),
                    "seconds: it reads the file and trains nothing", machine.Describe()));
            }

            if (only)
                return Look(options, machine, terminal);
            Resuming resumes = flags.Resumes(parsed);
            flags.RequirePlace(parsed);
            if (resumes == Resuming.Must || (resumes == Resuming.May && RunDirectory.HoldsRun(flags.Output(parsed)!)))
            {
                RunDirectory begun = RunFlags.Begun(flags.Output(parsed));
                return Describe(Importing.GoOn(begun.Path, machine, options.Data.DataRoot, terminal.Progress, cancellation), terminal);
            }

            RunDirectory run = Importing.Run(
                options, import, values.Flags.Contains("--method"), machine, flags.Output(parsed) ?? FreePath(path),
                values.CommandLine($"import {OptionValues.Quote(path)}"), terminal.Progress, cancellation);
            return Describe(run, terminal);
        });
    }

    /// <summary>The options of an import where none are given.</summary>
    public static RunOptions Defaults() => new()
    {
        Data = new DataOptions { Data = Importing.NoImages }, Training = new TrainingOptions { Epochs = 0 },
    };

    /// <summary>The directory of the run of a file: <c>runs/NAME</c>, with a number behind it where that is taken.</summary>
    public static string FreePath(string file)
    {
        string stem = Path.Combine("runs", Path.GetFileNameWithoutExtension(file.TrimEnd(Path.DirectorySeparatorChar)));
        string path = stem;
        for (int i = 2; Directory.Exists(path); i++)
            path = $"{stem}-{i}";
        return path;
    }

    private static JsonObject Look(RunOptions options, Machine machine, Terminal terminal)
    {
        (RunOrigin origin, RunOptions resolved) = Importing.Look(options, machine);
        foreach (string sentence in origin.Sentences)
            terminal.Say(sentence);
        terminal.Say($"As a run: {resolved.Backbone.Backbone}, width {resolved.Backbone.Width}, stem {resolved.Backbone.Stem}, images of "
            + $"{resolved.Data.ImageSize} pixels.");
        return new JsonObject
        {
            ["file"] = origin.Source,
            ["checksum"] = origin.Checksum,
            ["backbone"] = resolved.Backbone.Backbone,
            ["width"] = resolved.Backbone.Width,
            ["stem"] = resolved.Backbone.Stem,
            ["imageSize"] = resolved.Data.ImageSize,
            ["headsFound"] = origin.HeadsLoaded,
            ["found"] = new JsonArray([.. origin.Found.Select(text => (JsonNode)text)]),
            ["notes"] = new JsonArray([.. origin.Notes.Select(text => (JsonNode)text)]),
        };
    }

    private static JsonObject Describe(RunDirectory run, Terminal terminal)
    {
        string name = OptionValues.Quote(run.Path);
        RunManifest manifest = run.LoadManifest();
        terminal.Say($"The run is {name}.");
        terminal.Say(manifest.HasImages
            ? $"Next: lethe diagnose {name}, lethe undo {name}, lethe evaluate {name} --protocol linear,knn, or lethe report {name}"
            : $"Next: lethe embed {name} --images FOLDER --out FILE.npy, or lethe export {name} --format onnx");
        return new JsonObject
        {
            ["run"] = run.Path, ["backbone"] = manifest.Pretraining.Backbone.Backbone, ["headsFound"] = manifest.Origin!.HeadsLoaded,
            ["headEpochs"] = manifest.Pretraining.Training.Epochs, ["start"] = StartUpView.Of(run),
        };
    }
}
