using System.IO.Enumeration;
using Lethe.Data.Formats;

namespace Lethe.Data;

/// <summary>
/// One walk through a folder. A folder is entered once and a file taken once, by where they really lie: first what lies there, then what
/// links lead to, in ordinal order of the links.
/// </summary>
/// <param name="earlier">Whether to take what versions took that knew files by the ends of their names alone.</param>
/// <param name="arrays">Whether to take arrays (.npy) too.</param>
/// <param name="file">Takes the paths, so that they need no memory; null to keep them there.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class FolderWalk(bool earlier, bool arrays, PathWriter? file, CancellationToken cancel)
{
    private static readonly HashSet<string> read = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm",
    };

    // Earlier versions listed these and then found that they cannot be read, which counts in how their runs were divided.
    private static readonly HashSet<string> listedEarlier =
        new(StringComparer.OrdinalIgnoreCase) { ".heic", ".heif", ".avif", ".jp2", ".jxl", ".tga" };

    // Other kinds that folders of images are full of: not worth opening.
    private static readonly HashSet<string> others = new(
        (".txt .csv .tsv .json .jsonl .xml .yaml .yml .toml .ini .cfg .conf .md .rst .html .htm .css .js .pdf .doc .docx .xls .xlsx "
            + ".ppt .pptx .odt .ods .zip .tar .gz .tgz .bz2 .xz .zst .7z .rar .mp4 .mov .avi .mkv .webm .m4v .mts .3gp .mp3 .wav .m4a "
            + ".flac .npy .npz .pt .pth .ckpt .safetensors .onnx .h5 .hdf5 .parquet .arrow .feather .db .sqlite .sqlite3 .py .pyc "
            + ".ipynb .cs .cpp .c .h .sh .bat .ps1 .exe .dll .so .log .lock .tmp .part .crdownload .xmp .aae .thm .mat .pkl .tfrecord "
            + ".lmdb .mdb .url .lnk")
            .Split(' '),
        StringComparer.OrdinalIgnoreCase);

    private readonly RealPaths real = new();
    private readonly HashSet<string> entered = new(RealPaths.Comparer);
    private readonly List<string> taken = []; // in any order; none where a file takes them
    private readonly Dictionary<string, string> starts = []; // where what is listed below a path really lies
    private readonly List<(string Path, string Real)> linked = [];
    private readonly Dictionary<string, IgnoredFiles> ignored = [];

    /// <summary>Lists the images.</summary>
    /// <param name="root">The folder, as a full path.</param>
    public FolderListing List(string root)
    {
        var links = new PriorityQueue<(string Path, string Real), string>(StringComparer.Ordinal);
        Start(root, "", real.Of(root) ?? root);
        while (links.TryDequeue(out (string Path, string Real) link, out _))
        {
            if (entered.Contains(link.Real) || Holds(link.Real, real.Of(Path.GetDirectoryName(Path.Combine(root, link.Path))!)!))
                Ignore("links to folders that are read already or hold the link", link.Path);
            else
                Start(Path.Combine(root, link.Path), link.Path + "/", link.Real);
        }

        HashSet<string> seen = linked.Count == 0 ? [] : Taken().Select(RealPath).ToHashSet(RealPaths.Comparer);
        foreach ((string path, string target) in linked.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            if (seen.Add(target))
                Take(path);
            else
                Ignore("links to files that are read already", path);
        }

        return new FolderListing(
            Taken(),
            [
                .. ignored.Values.OrderBy(kind => kind.Advice is null).ThenByDescending(kind => kind.Count)
                    .ThenBy(kind => kind.Reason, StringComparer.Ordinal),
            ]);

        void Start(string folder, string prefix, string realFolder)
        {
            starts[prefix] = realFolder;
            Walk(folder, prefix, realFolder, links);
        }
    }

    private void Walk(string folder, string prefix, string realFolder, PriorityQueue<(string Path, string Real), string> links)
    {
        if (!entered.Add(realFolder))
            return;
        var others = new List<(string Name, bool IsFolder, bool IsLink)>();
        var entries = new FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink)>(
            folder,
            (ref entry) => (entry.FileName.ToString(), entry.IsDirectory, entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None });

        // A folder may hold millions of images, whose order does not matter yet; of all else the first by name is named.
        foreach ((string name, bool isFolder, bool isLink) entry in entries)
        {
            cancel.ThrowIfCancellationRequested();
            if (!entry.isFolder && !entry.isLink && read.Contains(Path.GetExtension(entry.name)) && ClutterOf(entry.name, false) is null)
                Take(prefix + entry.name);
            else
                others.Add(entry);
        }

        foreach ((string name, bool isFolder, bool isLink) in others.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            string path = prefix + name;
            if (ClutterOf(name, isFolder) is { } clutter)
                Ignore(clutter, path);
            else if (isLink && real.Of(Path.Combine(folder, name)) is var target)
                TakeLink(path, target, isFolder, links);
            else if (isFolder)
                Walk(Path.Combine(folder, name), path + "/", Path.Combine(realFolder, name), links);
            else if (IsImage(Path.Combine(folder, name), path))
                Take(path);
        }
    }

    private string? ClutterOf(string name, bool isFolder) =>
        earlier && !name.StartsWith('.') && name != "__MACOSX" ? null : Clutter.KindOf(name, isFolder);

    private void Take(string path)
    {
        if (file is not null)
            file.Add(path);
        else
            taken.Add(path);
    }

    private IReadOnlyList<string> Taken()
    {
        if (file is not null)
            return file.ToList();
        string[] paths = [.. taken];
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    // Files know no more than their paths: that of the nearest folder which a walk began with says where they lie.
    private string RealPath(string path)
    {
        for (int end = path.LastIndexOf('/'); ; end = path.LastIndexOf('/', end - 1))
        {
            if (starts.TryGetValue(path[..(end + 1)], out string? start))
                return Path.Combine(start, path[(end + 1)..].Replace('/', Path.DirectorySeparatorChar));
        }
    }

    private void TakeLink(string path, string? target, bool isFolder, PriorityQueue<(string Path, string Real), string> links)
    {
        if (target is null)
            Ignore("links that lead nowhere", path);
        else if (isFolder)
            links.Enqueue((path, target), path);
        else if (IsImage(target, path, alias: path))
            linked.Add((path, target));
    }

    private static bool Holds(string folder, string within) =>
        RealPaths.Comparer.Equals(folder, within)
        || within.StartsWith(
            Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar,
            RealPaths.Comparer == StringComparer.Ordinal ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <param name="file">The file.</param>
    /// <param name="path">What it is called in the listing.</param>
    /// <param name="alias">The name of the link to it, whose end counts as its own does.</param>
    private bool IsImage(string file, string path, string? alias = null)
    {
        string extension = Path.GetExtension(alias ?? file);
        if (read.Contains(extension) || (earlier && listedEarlier.Contains(extension))
            || (arrays && extension.Equals(".npy", StringComparison.OrdinalIgnoreCase)))
            return true;
        if (UnreadFormats.Of(extension) is var (format, advice))
            return Ignore($"{format} ({extension.ToLowerInvariant()})", path, advice);
        if (others.Contains(extension) || earlier)
            return Ignore($"files ending in {extension.ToLowerInvariant()}", path);
        ReadOnlySpan<byte> start = FileSignature.HeadOf(file);
        if (FileSignature.Of(start) is not (ImageFormat.None or ImageFormat.Npy))
            return true;
        string named = extension.Length == 0 ? "without an ending" : $"ending in {extension.ToLowerInvariant()}";
        return start.IsEmpty ? Ignore($"files {named} that are empty or no files (pipes, sockets)", path)
            : FileSignature.Explain(start) is { } what ? Ignore($"files {named}", path, $"It is {what}.")
            : Ignore($"files {named}", path);
    }

    private bool Ignore(string reason, string path, string? advice = null)
    {
        ignored[reason] = ignored.TryGetValue(reason, out IgnoredFiles? kind)
            ? kind with { Count = kind.Count + 1 }
            : new IgnoredFiles(reason, 1, path.ReplaceLineEndings("\\n"), advice);
        return false;
    }
}
