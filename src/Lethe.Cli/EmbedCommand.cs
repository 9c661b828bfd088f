using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Ranks;
using Lethe.Recognition;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary><c>lethe embed</c>: embeddings of a folder of images.</summary>
internal static class EmbedCommand
{
    // Rank 0's word for the work that each rank has a share of.
    private const string Embedding = "embed";

    public static Command Create(Terminal terminal)
    {
        Option<string> images = Images("A folder of images, with all folders below it, or one image.");
        Option<string?> output = new("--out")
        {
            Description = "The file to write, with path, label and part of each image where the folders say them: .csv; .parquet; or .npy, "
                + "with the paths beside it in .txt and class numbers in .labels.npy.",
            HelpName = "FILE",
        };
        Option<string?> projector = new("--projector")
        {
            Description = "A folder for TensorBoard's projector: embeddings, paths and labels, thumbnails.",
            HelpName = "DIR",
        };
        Option<bool> force = OutputFile.Force();
        Option<int> bad = MaxBadFiles();
        var command = new Command("embed", "Turn a folder of images into embeddings with an encoder.") {
            images, output, projector, force, bad,
        };
        var flags = new EncoderFlags(command);
        var table = new OptionTable(command, [.. EncoderFlags.Records, new RankOptions()]);
        return command.Does(terminal, (parsed, cancellation) =>
        {
            string? file = parsed.GetValue(output), projected = parsed.GetValue(projector);
            string folder = parsed.GetRequiredValue(images);
            if (file is null && projected is null)
                throw new InvalidOptionException("Give --out FILE or --projector DIR for the embeddings.");
            if (file is not null)
                EmbeddingFile.Require(file, parsed.GetValue(force));
            if (projected is not null)
                ProjectorFolder.Require(projected, parsed.GetValue(force));
            ImageFiles.RequirePath(folder);
            using Encoder encoder = flags.Load(parsed, table.Read(parsed), terminal);
            ImageEmbeddings found = RankedWork.Call(
                Embedding, () => encoder.EmbedFolder(folder, parsed.GetValue(bad), terminal.Progress, cancellation));
            if (file is not null)
                EmbeddingFile.Write(file, found, folder);
            if (projected is not null)
                Project(projected, found, folder, encoder, parsed.GetValue(bad), terminal, cancellation);
            foreach (string one in found.SkippedFiles)
                terminal.Say($"skipped {PathLines.Of(one)}");
            terminal.Say($"{found.Count} embeddings of {found.Dimension} numbers in {file ?? projected}");
            return new JsonObject
            {
                ["out"] = file,
                ["projector"] = projected,
                ["rows"] = found.Count,
                ["dimension"] = found.Dimension,
                ["skippedFiles"] = new JsonArray([.. found.SkippedFiles.Select(path => (JsonNode)path)]),
            };
        },
        ranks: parsed => table.Read(parsed).Apply(new RankOptions()),
        follow: parsed => new Dictionary<string, Action>
        {
            [Embedding] = () =>
            {
                // Rank 0 says it all.
                var silent = new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false);
                using Encoder encoder = flags.Load(parsed, table.Read(parsed), silent);
                encoder.EmbedFolder(parsed.GetRequiredValue(images), parsed.GetValue(bad));
            },
        });
    }

    private static void Project(
        string folder, ImageEmbeddings found, string images, Encoder encoder, int bad, Terminal terminal, CancellationToken cancellation)
    {
        int? cell = ProjectorFolder.Cell(found.Count);
        ProjectorFolder.Write(
            folder, found, images, encoder.Layer,
            cell is { } side
                ? ProjectorFolder.Images(images, encoder.Channels == 1 ? 3 : encoder.Channels, side, bad, cancellation)
                : null);
        terminal.Say(
            $"{folder} holds files of TensorBoard's projector{(cell is null ? "; so many thumbnails would be too small to see" : "")}. "
            + "Next: start TensorBoard with it as its folder of logs, or load tensors.tsv and metadata.tsv at projector.tensorflow.org.");
    }

    /// <summary>The flag of a folder of images to embed.</summary>
    public static Option<string> Images(string description, bool required = true) =>
        new("--images") { Description = description, HelpName = "PATH", Required = required };

    /// <summary>The flag of verbs that embed a folder of files.</summary>
    public static Option<int> MaxBadFiles() => new("--max-bad-files")
    {
        Description = "How many corrupt or empty files to skip; more are an error.",
        HelpName = "N",
        DefaultValueFactory = _ => new DataOptions().MaxBadFiles,
    };
}
