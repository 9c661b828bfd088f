using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Reads folders <c>DOMAIN/CLASS/image</c>, as PACS (Li et al. 2017, 1710.03077) and DomainNet have them: at least two domains, each with
/// the same classes. As a source <c>--data domains:PATH</c>, or <c>domains:PATH,test=DOMAIN</c>, whose test part is that domain.
/// </summary>
internal static class DomainFolders
{
    /// <summary>What stands before the path in <c>--data</c> and <c>--target</c>.</summary>
    public const string Prefix = "domains:";

    /// <summary>Reads all images.</summary>
    /// <param name="root">The folder that holds the domains.</param>
    /// <param name="imageSize">
    /// Height and width of the views to come, in pixels, 16 to 1024; larger images are reduced to what views of that size need.
    /// </param>
    /// <param name="channels">1 to get grey, 3 to get colour, 0 to get grey where all images are grey and colour otherwise.</param>
    /// <param name="maxBadFiles">How many files may be corrupt or empty and are skipped.</param>
    /// <param name="progress">Told how far the reading is, from several threads.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The images in the ordinal order of their paths, with class and domain.</returns>
    /// <exception cref="InvalidOptionException">The folder does not exist, or a number cannot be used.</exception>
    /// <exception cref="DataException">The folders are not of that layout, a domain lacks a class, or files cannot be read.</exception>
    public static DomainSet Read(
        string root, int imageSize, int channels = 0, int maxBadFiles = 10, IProgress<DataProgress>? progress = null,
        CancellationToken cancel = default)
    {
        (IReadOnlyList<string> listed, string[] classes, string[] domains) = List(root, null, cancel);
        string[] files = [.. listed];
        (ImageSet Images, IReadOnlyList<string> SkippedFiles) read = ImageFiles.ReadAll(
            root, imageSize, channels, maxBadFiles, progress, cancel);
        IReadOnlyList<string> paths = read.Images.Paths!;
        var images = new ImageSet(
            root, [.. Enumerable.Range(0, paths.Count).Select(i => read.Images[i])], [.. paths.Select(path => LabelOf(path, classes))],
            classes, paths)
        {
            // Of a file that could not be read the place stays its own.
            Items = [.. paths.Select(path => Array.BinarySearch(files, path, StringComparer.Ordinal))],
        };
        return new DomainSet(images, [.. paths.Select(path => Array.IndexOf(domains, path.Split('/')[0]))], domains, read.SkippedFiles);
    }

    /// <summary>Reads <c>domains:PATH,test=DOMAIN</c>.</summary>
    /// <param name="text">The specification.</param>
    /// <param name="scratch">Where there is room for the paths; null to keep them in memory.</param>
    /// <param name="cancel">Stops the listing.</param>
    internal static FolderSource Open(string text, string? scratch, CancellationToken cancel)
    {
        SourceSpec spec = SourceSpec.Parse(text, ["test"], takesArgument: true);
        (IReadOnlyList<string> files, string[] classes, string[] domains) = List(spec.Argument, scratch, cancel);
        string? test = spec.Text("test");
        if (test is not null && !domains.Contains(test))
            throw new InvalidOptionException(
                $"--data domains: '{spec.Argument}' has no domain '{test}'. There are {string.Join(", ", domains)}.");
        bool IsHeld(int file) => test is not null && files[file].StartsWith(test + "/", StringComparison.Ordinal);
        int[] held = [.. Enumerable.Range(0, files.Count).Where(IsHeld)];
        int[]? items = held.Length == 0 ? null : [.. Enumerable.Range(0, files.Count).Where(file => !IsHeld(file)), .. held];
        var labels = new LabelRuns(Enumerable.Range(0, files.Count).Select(item => LabelOf(files[items?[item] ?? item], classes)));
        return new FolderSource("domains of class folders", spec.Argument, files, items, held.Length, labels, classes);
    }

    private static int LabelOf(string file, string[] classes) =>
        Array.BinarySearch(classes, file.Split('/')[1], StringComparer.Ordinal);

    private static (IReadOnlyList<string> Files, string[] Classes, string[] Domains) List(
        string root, string? scratch, CancellationToken cancel)
    {
        if (!Directory.Exists(root))
            throw new InvalidOptionException(
                $"--data domains: the folder '{root}' does not exist; expected one with folders DOMAIN/CLASS in it.");
        IReadOnlyList<string> files = ImageListing.Below(root, scratch: scratch, cancel: cancel).Paths;
        if (files.FirstOrDefault(file => file.Split('/').Length < 3) is { } stray)
            throw new DataException($"'{root}' is not of the layout DOMAIN/CLASS/image: found the image {stray}. Move it into the folder "
                + "of its domain and class.");
        var found = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (string[] parts in files.Select(file => file.Split('/')))
        {
            if (!found.TryGetValue(parts[0], out HashSet<string>? inDomain))
                found[parts[0]] = inDomain = [];
            inDomain.Add(parts[1]);
        }

        string[] domains = [.. found.Keys];
        string[] classes = [.. found.Values.SelectMany(domain => domain).Distinct().Order(StringComparer.Ordinal)];
        if (domains.Length < 2 || classes.Length < 2)
        {
            throw new DataException(
                $"'{root}' holds {domains.Length} domains ({string.Join(", ", domains)}) of {classes.Length} classes; expected at least "
                + $"two of both as DOMAIN/CLASS/image. {ImageListing.WhatIsIn(root)}");
        }

        foreach (string domain in domains)
        {
            string[] missing = [.. classes.Except(found[domain])];
            if (missing.Length > 0)
                throw new DataException($"The domain '{domain}' in '{root}' has no images of {string.Join(", ", missing)}; expected the "
                    + $"same classes in every domain ({string.Join(", ", classes)}). Move that domain or those classes away.");
        }

        return (files, classes, domains);
    }
}
