using System.CommandLine;
using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;
using Parquet;
using Parquet.Schema;

namespace Lethe.Cli;

/// <summary><c>lethe embed</c>: embeddings of a folder of images.</summary>
internal static class EmbedCommand
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "A run directory, or that of an undo below it (RUN/umm/NAME)." };
        var images = new Option<string>("--images") { Description = "A folder of images, with all folders below it, or one "
            + "image.", HelpName = "PATH", Required = true };
        var output = new Option<string>("--out") { Description = "The file to write: .npy (with the paths beside it in .txt) or "
            + ".parquet.", HelpName = "FILE", Required = true };
        var layer = new Option<string>("--layer")
        {
            Description = "The layer whose output is taken.", HelpName = "NAME", DefaultValueFactory = _ => LayerFeatures.Last,
        };
        var checkpoint = Checkpoint();
        var bad = new Option<int>("--max-bad-files") { Description = "How many files may be corrupt or empty and are skipped before it is "
            + "an error.", HelpName = "N", DefaultValueFactory = _ => new DataOptions().MaxBadFiles };
        var command = new Command(
            "embed", "Turn a folder of images into embeddings by a run's encoder.") { run, images, output, layer, checkpoint, bad };
        var table = new OptionTable(command, new Machine());
        return command.Does(terminal, (parsed, cancellation) =>
        {
            string file = parsed.GetRequiredValue(output);
            string kind = Path.GetExtension(file);
            if (kind is not (".npy" or ".parquet"))
                throw new InvalidOptionException($"--out '{file}' ends in neither .npy nor .parquet.");
            using Encoder encoder = Encoder.Load(
                RunDirectory.Open(parsed.GetRequiredValue(run)), table.Read(parsed).Apply(new Machine()), parsed.GetRequiredValue(layer),
                parsed.GetRequiredValue(checkpoint));
            (ImageSet Images, IReadOnlyList<string> SkippedFiles) read = ImageFiles.ReadAll(
                parsed.GetRequiredValue(images), encoder.ImageSize, encoder.Channels, parsed.GetValue(bad), null, cancellation);
            float[,] rows = encoder.Embed(read.Images, terminal.Progress, cancellation);
            IReadOnlyList<string> paths = read.Images.Paths!;
            if (kind == ".npy")
                WriteNpy(file, rows, paths);
            else
                WriteParquet(file, rows, paths);
            foreach (string skipped in read.SkippedFiles)
            {
                terminal.Say($"skipped {skipped}");
            }

            terminal.Say($"{rows.GetLength(0)} embeddings of {rows.GetLength(1)} numbers in {file}");
            return new JsonObject
            {
                ["out"] = file,
                ["rows"] = rows.GetLength(0),
                ["dimension"] = rows.GetLength(1),
                ["skippedFiles"] = new JsonArray([.. read.SkippedFiles.Select(path => (JsonNode)path)]),
            };
        });
    }

    /// <summary>The flag of every verb that takes one encoder of a run.</summary>
    public static Option<string> Checkpoint() => new("--checkpoint")
    {
        Description = "last; best, the encoder before memorisation, where pretrain --stop-on-memorisation found it; or one that was kept, "
            + "as epoch-00010.",
        HelpName = "NAME",
        DefaultValueFactory = _ => CheckpointStore.Last,
    };

    private static void WriteNpy(string file, float[,] rows, IReadOnlyList<string> paths)
    {
        float[] flat = new float[rows.Length];
        Buffer.BlockCopy(rows, 0, flat, 0, flat.Length * sizeof(float));
        AtomicFile.Write(file, stream => NpyFile.Write(stream, flat, [rows.GetLength(0), rows.GetLength(1)]));
        AtomicFile.Write(Path.ChangeExtension(file, ".txt"), stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (string path in paths)
            {
                writer.WriteLine(path);
            }
        });
    }

    private static void WriteParquet(string file, float[,] rows, IReadOnlyList<string> paths)
    {
        int dimension = rows.GetLength(1);
        float[] flat = new float[rows.Length];
        Buffer.BlockCopy(rows, 0, flat, 0, flat.Length * sizeof(float));

        // Level 0 begins a row's list, level 1 goes on with it.
        int[] levels = new int[flat.Length];
        Array.Fill(levels, 1);
        for (int i = 0; i < levels.Length; i += dimension)
        {
            levels[i] = 0;
        }

        var path = new DataField("path", typeof(string), isNullable: false);
        var element = new DataField("element", typeof(float), isNullable: false);
        var schema = new ParquetSchema(path, new ListField("embedding", element));
        int[] present = new int[flat.Length];
        Array.Fill(present, element.MaxDefinitionLevel);
        AtomicFile.Write(file, stream => WriteAsync(stream).GetAwaiter().GetResult());

        async Task WriteAsync(Stream stream)
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(path, [.. paths]);
            await group.WriteAllPartsAsync<float>(element, flat, present, levels, CancellationToken.None);
        }
    }
}
