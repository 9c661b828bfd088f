using System.IO.Hashing;
using System.Runtime.InteropServices;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// The pack behind <c>--cache</c>: opened where it fits the files of a folder, made where there is none, made anew where files or the size
/// have changed or where it is damaged.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="listing">Image files in it, in ordinal order.</param>
/// <param name="chosen">Which of them each item of the source is; null where the items are the files.</param>
/// <param name="options">Where the pack is, and the size of views.</param>
/// <param name="progress">Told how far it is, and why a pack is made anew.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class ImageCache(
    string root, IReadOnlyList<string> listing, int[]? chosen, DataOptions options, IProgress<DataProgress>? progress,
    CancellationToken cancel)
{
    private const int MostFiles = 20_000_000; // an index below 1 GiB
    private const int AtATime = 8192;
    private const double ShareOfDisk = 0.95;

    // The pack has the files of all items in ordinal order.
    private readonly int[]? order = chosen is null ? null : [.. chosen.Order()];
    private readonly string path = PathOf(root, options);

    private IReadOnlyList<string> Files => order is null ? listing : new LazyList<string>(order.Length, i => listing[order[i]]);

    /// <summary>Reads some of the files from the pack.</summary>
    /// <param name="items">Which of the items.</param>
    /// <param name="resolve">The size of views for sizes of images.</param>
    /// <returns>The images. Their pixels stay in the file.</returns>
    /// <exception cref="DataException">The pack cannot be read or made, or too many files cannot be used.</exception>
    public LoadedImages Load(int[] items, Func<SizeRange, int> resolve)
    {
        IReadOnlyList<string> files = Files;
        if (files.Count > MostFiles)
            throw new DataException($"--cache: '{root}' has {files.Count} image files, more than the {MostFiles} that a cache can hold. "
                + "Use --limit and no cache, or give a part of the folder.");
        int[] places = order is null ? items : [.. items.Select(item => Array.BinarySearch(order, chosen![item]))];
        UInt128 fingerprint = FingerprintOf(files);
        (ImagePack? pack, string? why) = ImagePack.TryOpen(path, fingerprint);
        for (bool first = true; ; first = false)
        {
            var reading = new FileReading(
                root, new LazyList<string>(places.Length, i => files[places[i]]), options.MaxBadFiles, progress, cancel);
            SizeRange? sizes = pack is not null ? reading.Look(pack, places) : options.ImageSize == 0 ? reading.ReadHeaders() : null;
            int imageSize = options.ImageSize != 0 ? options.ImageSize : resolve(sizes!);
            int shortSide = FileReading.ShortSide(imageSize);
            if (pack is not null && pack.ShortSide != shortSide)
            {
                why = $"it holds images for another size of views (short side {pack.ShortSide}, needed {shortSide})";
                pack = null;
            }

            if (pack is not null)
            {
                // Each image is looked at once, since a damaged one would train in silence.
                if (reading.Take(pack, places) is { } images)
                    return new LoadedImages(images, reading.SkippedFiles, imageSize, sizes!) { Notices = reading.Notices };
                if (!first)
                    throw new DataException(
                        $"The cache '{path}' was just written and is damaged. Check the disk, or give --cache a path on another one.");
                why = "it is damaged";
            }

            Make(files, fingerprint, shortSide, why);
            (pack, why) = ImagePack.TryOpen(path, fingerprint);
            if (pack is null)
                throw new DataException($"The cache '{path}' was just written and cannot be used: {why ?? "it is gone"}. Leave the files "
                    + "alone while it is made, or check the disk.");
        }
    }

    /// <summary>The file of the pack: as given, or in the folder given under a name made of the source and the size.</summary>
    private static string PathOf(string root, DataOptions options)
    {
        string cache = options.Cache!;
        if (!Directory.Exists(cache) && !Path.EndsInDirectorySeparator(cache))
            return cache;
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        ulong hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(full.AsSpan()));
        string name = Path.Combine(cache, $"{Path.GetFileName(full)}-{(uint)hash:x8}");
        string open = $"{name}.lethe-images", sized = $"{name}-{options.ImageSize}.lethe-images";

        // A run whose size was chosen has it in its options from then on.
        return options.ImageSize == 0 || (!File.Exists(sized) && ImagePack.IsFor(open, FileReading.ShortSide(options.ImageSize)))
            ? open
            : sized;
    }

    private void Make(IReadOnlyList<string> files, UInt128 fingerprint, int shortSide, string? why)
    {
        progress?.Report(new DataProgress("packing images", 0, files.Count, why is null
            ? $"Packing {files.Count} image files into '{path}', once; later runs read it."
            : $"The cache '{path}' cannot be used: {why}. It is made anew of {files.Count} image files."));
        long needed = new FileReading(root, files, options.MaxBadFiles, null, cancel).EstimateBytes(shortSide, 3);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Directory.Exists(folder) && needed > ShareOfDisk * new DriveInfo(folder).AvailableFreeSpace)
        {
            throw new DataException(
                $"The cache '{path}' needs some {MemoryBudget.Gibibytes(needed)} GiB; "
                + $"{MemoryBudget.Gibibytes(new DriveInfo(folder).AvailableFreeSpace)} GiB are free there. Give --cache a path on a "
                + "larger disk, or use a smaller --image-size.");
        }

        new ImagePackWriter(root, files, fingerprint, shortSide, options.MaxMegapixels).Write(path, "packing images", progress, cancel);
    }

    /// <summary>XXH3-128 of the relative paths, sizes and times of modification of all files.</summary>
    private UInt128 FingerprintOf(IReadOnlyList<string> files)
    {
        var hash = new XxHash128();
        foreach (string name in files)
        {
            hash.Append(MemoryMarshal.AsBytes(name.AsSpan()));
            hash.Append("\0\0"u8);
        }

        long[] facts = new long[2 * Math.Min(AtATime, files.Count)];
        for (int from = 0; from < files.Count; from += AtATime)
        {
            int first = from, count = Math.Min(AtATime, files.Count - from);
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancel }, i =>
            {
                var file = new FileInfo(Path.Combine(root, files[first + i]));
                (facts[2 * i], facts[(2 * i) + 1]) = file.Exists ? (file.Length, file.LastWriteTimeUtc.Ticks) : (-1, 0);
            });
            hash.Append(MemoryMarshal.AsBytes(facts.AsSpan(0, 2 * count)));
        }

        // What is too large for one limit is not for another.
        if (options.MaxMegapixels != ImageDecoder.MaxMegapixels)
            hash.Append(BitConverter.GetBytes(options.MaxMegapixels));
        return hash.GetCurrentHashAsUInt128();
    }
}
