using System.Globalization;
using System.Text;
using Lethe.Data;
using Lethe.Recognition;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;

namespace Lethe.Cli;

/// <summary>
/// Embeddings as files of TensorBoard's projector: <c>tensors.tsv</c> with a row for each image, <c>metadata.tsv</c> with its path, label
/// and part, <c>sprite.png</c> with its thumbnail, and <c>projector_config.pbtxt</c>, which says where these are.
/// </summary>
internal static class ProjectorFolder
{
    // Pictures of more than so many pixels a side are more than browsers load well.
    private const int LargestSprite = 4096, LargestCell = 64, SmallestCell = 16, AtATime = 256;

    private static readonly string[] files = ["tensors.tsv", "metadata.tsv", "sprite.png", "projector_config.pbtxt"];

    /// <summary>Makes sure, before any work, that the folder can be written.</summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    /// <param name="force">Whether what is there may be replaced.</param>
    /// <exception cref="LetheException">Something is there, or it cannot be made.</exception>
    public static void Require(string folder, bool force)
    {
        if (File.Exists(folder))
            throw new RunException($"{folder} is a file; --projector writes several files into a folder. Give another.");
        string parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))!;
        if (!Directory.Exists(parent))
            throw new InvalidOptionException(
                $"'{folder}': the folder {parent} does not exist.{Suggestion.OfPath(parent)} Create it, or give another.");
        foreach (string file in files)
        {
            if (Directory.Exists(folder))
                OutputFile.Require(Path.Combine(folder, file), force);
            else
                OutputFile.Note(Path.Combine(folder, file));
        }

        OutputFile.RequireWritable(Path.TrimEndingDirectorySeparator(folder));
    }

    /// <summary>Writes the files, each whole or not at all.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="embeddings">The embeddings.</param>
    /// <param name="root">The folder of the images.</param>
    /// <param name="name">What the embeddings are called there.</param>
    /// <param name="images">The images of the same paths, for thumbnails; null where there are too many.</param>
    public static void Write(
        string folder, ImageEmbeddings embeddings, string root, string name, IEnumerable<(string Path, Image Image)>? images)
    {
        Disk.MakeFolder(folder);
        Text("tensors.tsv", Enumerable.Range(0, embeddings.Count).Select(row => string.Join(
            '\t', Enumerable.Range(0, embeddings.Dimension).Select(i => embeddings.Rows[row, i].ToString(CultureInfo.InvariantCulture)))));
        IReadOnlyDictionary<string, (string? Label, string? Part)> places = FolderLayout.Places(root, [.. embeddings.Paths]);
        Text("metadata.tsv", embeddings.Paths.Select(path => Row(path, places.GetValueOrDefault(path))).Prepend("path\tlabel\tpart"));
        int? cell = images is null ? null : Cell(embeddings.Count);
        if (cell is { } size)
        {
            byte[] sprite = ContactSheet.Sprite(InOrder(embeddings.Paths, images!), embeddings.Count, size);
            AtomicFile.Write(Path.Combine(folder, "sprite.png"), stream => stream.Write(sprite));
        }

        Text("projector_config.pbtxt",
        [
            "embeddings {", $"  tensor_name: \"{name}\"", "  tensor_path: \"tensors.tsv\"", "  metadata_path: \"metadata.tsv\"",
            .. cell is { } side
                ? new[]
                {
                    "  sprite {", "    image_path: \"sprite.png\"", $"    single_image_dim: {side}", $"    single_image_dim: {side}", "  }",
                }
                : [],
            "}",
        ]);

        static string Row(string path, (string? Label, string? Part) place) =>
            string.Join('\t', new[] { path, place.Label ?? "", place.Part ?? "" }.Select(PathLines.Of));

        void Text(string file, IEnumerable<string> lines) => AtomicFile.Write(Path.Combine(folder, file), stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            foreach (string line in lines)
                writer.Write(line + "\n");
        });
    }

    /// <summary>Height and width of a thumbnail among so many; null where they would be too small to see.</summary>
    public static int? Cell(int count) =>
        Math.Min(LargestCell, LargestSprite / Math.Max(1, (int)Math.Ceiling(Math.Sqrt(count)))) is var cell and >= SmallestCell
            ? cell
            : null;

    /// <summary>The images of a folder, some at a time.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="channels">Channels of the encoder.</param>
    /// <param name="cell">Height and width of a thumbnail.</param>
    /// <param name="bad">How many files may be corrupt.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static IEnumerable<(string Path, Image Image)> Images(
        string root, int channels, int cell, int bad, CancellationToken cancellation) =>
        from part in ImageFiles.ReadParts(root, cell, channels, bad, AtATime, cancellation)
        from i in Enumerable.Range(0, part.Images.Count)
        select (part.Images.Paths![i], part.Images[i]);

    // Both are in the order of their paths; what was not embedded is passed over, and what cannot be read now leaves its square empty.
    private static IEnumerable<Image?> InOrder(IReadOnlyList<string> paths, IEnumerable<(string Path, Image Image)> images)
    {
        using IEnumerator<(string Path, Image Image)> next = images.GetEnumerator();
        bool there = next.MoveNext();
        foreach (string path in paths)
        {
            while (there && string.CompareOrdinal(next.Current.Path, path) < 0)
                there = next.MoveNext();
            yield return there && next.Current.Path == path ? next.Current.Image : null;
        }
    }
}
