using System.Globalization;
using System.Text;
using Lethe.Data;
using Lethe.Recognition;
using Lethe.Runtime;
using Lethe.Storage;
using Parquet;
using Parquet.Schema;

namespace Lethe.Cli;

/// <summary>
/// Writes embeddings with what is known of each image: its path, and its label and part where the folders say them. As .parquet and .csv in
/// one file; as .npy with the paths beside it in .txt, one a line, and the labels, where there are any, in .labels.npy as class numbers.
/// </summary>
internal static class EmbeddingFile
{
    /// <summary>Makes sure, before any work, that a file can be written, and those beside it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="force">Whether what is there may be replaced.</param>
    /// <exception cref="LetheException">Its ending is unknown, its folder does not exist, or something is there.</exception>
    public static void Require(string file, bool force)
    {
        OutputFile.Require(file, force, ".npy", ".csv", ".parquet");

        // What lies beside a file that does not exist is another's, whatever may be replaced.
        foreach (string beside in FilesOf(file))
            OutputFile.Require(beside, force && File.Exists(file));
    }

    /// <summary>Writes the embeddings, each file whole or not at all.</summary>
    /// <param name="file">The file; its ending decides the format.</param>
    /// <param name="embeddings">The embeddings, with paths in ordinal order.</param>
    /// <param name="root">The folder of the images.</param>
    public static void Write(string file, ImageEmbeddings embeddings, string root)
    {
        (float[,] rows, IReadOnlyList<string> paths) = (embeddings.Rows, embeddings.Paths);
        IReadOnlyDictionary<string, (string? Label, string? Part)> places = FolderLayout.Places(root, [.. paths]);
        string?[] labels = [.. paths.Select(path => places.GetValueOrDefault(path).Label)];
        string?[] parts = [.. paths.Select(path => places.GetValueOrDefault(path).Part)];
        switch (Path.GetExtension(file))
        {
            case ".npy": WriteNpy(file, rows, paths, labels); break;
            case ".csv": WriteCsv(file, rows, paths, labels, parts); break;
            default: WriteParquet(file, rows, paths, labels, parts); break;
        }
    }

    private static string[] FilesOf(string file) => Path.GetExtension(file) == ".npy"
        ? [file, Path.ChangeExtension(file, ".txt"), Path.ChangeExtension(file, ".labels.npy")]
        : [file];

    private static void WriteNpy(string file, float[,] rows, IReadOnlyList<string> paths, string?[] labels)
    {
        AtomicFile.Write(file, stream => NpyFile.Write(stream, Flat(rows), [rows.GetLength(0), rows.GetLength(1)]));
        AtomicFile.Write(Path.ChangeExtension(file, ".txt"), stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (string path in paths)
                writer.Write(PathLines.Of(path) + "\n");
        });
        if (labels.Length == 0 || labels.Contains(null))
            return;
        string[] classes = [.. labels.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        long[] numbers = [.. labels.Select(label => (long)Array.BinarySearch(classes, label, StringComparer.Ordinal))];
        AtomicFile.Write(Path.ChangeExtension(file, ".labels.npy"), stream => NpyFile.Write(stream, numbers, [numbers.Length]));
    }

    private static void WriteCsv(string file, float[,] rows, IReadOnlyList<string> paths, string?[] labels, string?[] parts) =>
        AtomicFile.Write(file, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            int dimension = rows.GetLength(1);
            writer.Write("path,label,part," + string.Join(',', Enumerable.Range(0, dimension).Select(i => $"e{i}")) + "\n");
            for (int row = 0; row < paths.Count; row++)
            {
                writer.Write($"{CsvText.Field(paths[row])},{CsvText.Field(labels[row] ?? "")},{parts[row]}");
                for (int i = 0; i < dimension; i++)
                {
                    writer.Write(',');
                    writer.Write(rows[row, i].ToString(CultureInfo.InvariantCulture));
                }

                writer.Write('\n');
            }
        });

    private static void WriteParquet(string file, float[,] rows, IReadOnlyList<string> paths, string?[] labels, string?[] parts)
    {
        int dimension = rows.GetLength(1);
        float[] flat = Flat(rows);

        // Level 0 begins a row's list, level 1 goes on with it.
        int[] levels = new int[flat.Length];
        Array.Fill(levels, 1);
        for (int i = 0; i < levels.Length; i += dimension)
            levels[i] = 0;

        var path = new DataField("path", typeof(string), isNullable: false);
        var label = new DataField("label", typeof(string), isNullable: true);
        var part = new DataField("part", typeof(string), isNullable: true);
        var element = new DataField("element", typeof(float), isNullable: false);
        var schema = new ParquetSchema(path, label, part, new ListField("embedding", element));
        int[] present = new int[flat.Length];
        Array.Fill(present, element.MaxDefinitionLevel);
        AtomicFile.Write(file, stream => WriteAsync(stream).GetAwaiter().GetResult());

        async Task WriteAsync(Stream stream)
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(path, [.. paths]);
            await group.WriteAsync(label, labels);
            await group.WriteAsync(part, parts);
            await group.WriteAllPartsAsync<float>(element, flat, present, levels, CancellationToken.None);
        }
    }

    private static float[] Flat(float[,] rows)
    {
        float[] flat = new float[rows.Length];
        Buffer.BlockCopy(rows, 0, flat, 0, flat.Length * sizeof(float));
        return flat;
    }
}
