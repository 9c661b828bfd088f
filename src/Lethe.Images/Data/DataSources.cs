using Lethe.Data.Generated;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Opens image sources: the embedded one, those with a name, and paths whose kind is recognised.</summary>
internal static class DataSources
{
    /// <summary>What a path may lead to, in words.</summary>
    public const string AcceptedPaths =
        "IDX files (train-images-idx3-ubyte, .gz too), CIFAR binary files (data_batch_1.bin or train.bin), class folders "
        + "(with train/ and test/ above them or not), or a folder of images without labels (JPEG, PNG, BMP, WebP, GIF)";

    internal const string CausalName = "causal-shapes";
    private const string DomainsName = "domains";
    private const string TintedName = "tinted";

    private static readonly string[] FashionClasses =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>The sources that have a name.</summary>
    public static IReadOnlyList<KnownSource> Known { get; } =
    [
        new("embedded", "the 10 000 test images of Fashion-MNIST, 28×28, grey", "nothing: it is part of the program", 10, "it is here")
        {
            ClassNames = FashionClasses,
        },
        new("fashion-mnist", "Zalando's clothes, 60 000 + 10 000 images, 28×28, grey",
            "train- and t10k-images-idx3-ubyte and -labels-idx1-ubyte, .gz or not", 10,
            "Debian's package dataset-fashion-mnist (found by itself), or github.com/zalandoresearch/fashion-mnist")
        {
            ClassNames = FashionClasses,
            Folders = ["fashion-mnist", "FashionMNIST/raw", "raw"],
            InstalledAt = "/usr/share/datasets/fashion-mnist",
        },
        new("mnist", "handwritten digits, 60 000 + 10 000 images, 28×28, grey",
            "train- and t10k-images-idx3-ubyte and -labels-idx1-ubyte, .gz or not", 10,
            "the four files of the MNIST distribution, from any of its mirrors")
        {
            Folders = ["mnist", "MNIST/raw", "raw"],
        },
        new("cifar-10", "small photographs, 50 000 + 10 000 images, 32×32, colour",
            "data_batch_1.bin to data_batch_5.bin, test_batch.bin", 10,
            "the binary version at www.cs.toronto.edu/~kriz/cifar.html")
        {
            Folders = ["cifar-10", "cifar-10-batches-bin"],
        },
        new("cifar-100", "small photographs, 50 000 + 10 000 images, 32×32, colour; the fine labels", "train.bin, test.bin", 100,
            "the binary version at www.cs.toronto.edu/~kriz/cifar.html")
        {
            Folders = ["cifar-100", "cifar-100-binary"],
        },
        new(CausalName, "shapes drawn from a causal model, hue and texture tied to the class by rho; 20 000 + 4 000 images, 32×32, colour",
            "nothing; options as causal-shapes:rho=0.9,test-rho=0,size=32,count=20000,test-count=4000,seed=1", 10,
            "it is drawn when it is opened")
        {
            ClassNames = CausalShapes.ShapeNames,
        },
    ];

    /// <summary>Sources that stand before another's name or a path, with a colon: what they are, and an example.</summary>
    public static IReadOnlyList<(string Example, string Description)> Prefixed { get; } =
    [
        (
            $"{DomainsName}:PATH,test=sketch",
            "folders DOMAIN/CLASS/image, labelled by class; the test part is the domain named, or drawn from all where none is"),
        (
            $"{TintedName}:SOURCE,rho=0.9,test-rho=0",
            "another source, tinted by class with correlation rho; its own test part with test-rho"),
    ];

    /// <summary>
    /// Opens a source and divides it.
    /// <para>
    /// The rule of division is the same for all sources. Where the source has a test part of its own, Test is drawn from it
    /// and from nothing else; elsewhere from the images. Probe is drawn from what is no test image, and Train is the
    /// rest. Test has at most <see cref="DataOptions.TestImages"/> images and Probe at most
    /// <see cref="DataOptions.ProbeImages"/>, and neither takes more than a fifth of the images (but at least one). Without labels there
    /// are no probes to fit, so that Probe is empty, and Test takes a twentieth of the images, or fifty where that is more and no more than
    /// a fifth.
    /// </para>
    /// <para>
    /// Each class has its share of each part, by largest remainders. A class of three images or more has at least one in each part, for
    /// which a part may grow to a third of the images; of two, one is trained on and one tested on; a single one is trained on. Equal
    /// images stay in one part, as do those that <see cref="DataOptions.GroupBy"/> puts together; shares then hold as closely as whole
    /// groups allow.
    /// </para>
    /// <para>
    /// A sealed part is read by nothing until <see cref="DataSplits.Sealed"/> is opened. It has at most
    /// <see cref="DataOptions.SealedImages"/> images: where the source has a test part of its own, of what Test leaves of it, but for what
    /// is grouped with an image of another part; elsewhere of what is left to train on, and no more than a fifth of the images. It changes
    /// neither Probe nor Test.
    /// </para>
    /// <para>
    /// The draw has a fixed seed of its own: the parts are the same for each <paramref name="seed"/>, and Probe and Test for each
    /// <see cref="DataOptions.Limit"/>, so that runs compare. Only which N images <see cref="DataOptions.Limit"/> leaves of
    /// Train depends on <paramref name="seed"/>; of two limits, the smaller one's images are among the larger one's.
    /// </para>
    /// <para>
    /// Files are divided by their place in the ordinal order of their relative paths, before any is decoded; a file that
    /// cannot be read is missing from its part and moves nothing else. Of image files only those used are decoded, and the
    /// size of views (where it is not given) and grey or colour are decided from them.
    /// </para>
    /// </summary>
    /// <param name="options">Which images, and how many.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="progress">Told how far the reading is, from several threads.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The three parts.</returns>
    /// <exception cref="InvalidOptionException">
    /// An option cannot be used, or the source is neither a name nor a path that exists.
    /// </exception>
    /// <exception cref="DataException">The files are missing, corrupt, too few, or too many for the memory.</exception>
    public static DataSplits Open(
        DataOptions options, ulong seed, IProgress<DataProgress>? progress = null, CancellationToken cancel = default) =>
        Parts(options, seed, progress, cancel).Load(progress, cancel).Splits;

    /// <summary>Opens a source and counts what is in it.</summary>
    /// <param name="options">Which images, and how many.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="progress">Told how far the reading is, from several threads.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The counts, sizes and fingerprint.</returns>
    /// <exception cref="InvalidOptionException">As for <see cref="Open"/>.</exception>
    /// <exception cref="DataException">As for <see cref="Open"/>.</exception>
    public static DataDescription Describe(
        DataOptions options, ulong seed, IProgress<DataProgress>? progress = null, CancellationToken cancel = default)
    {
        (DataSplits splits, string kind, SizeRange sizes) = Parts(options, seed, progress, cancel).Load(progress, cancel);
        int[][] counts = [.. new[] { splits.Train, splits.Probe, splits.Test }.Select(CountClasses)];
        return new DataDescription(
            splits.Source,
            kind,
            splits.Train.Count,
            splits.Probe.Count,
            splits.Test.Count,
            [.. (splits.Train.ClassNames ?? []).Select((name, i) => new ClassCount(name, counts[0][i], counts[1][i], counts[2][i]))],
            sizes,
            splits.Train.Channels,
            splits.ImageSize,
            splits.Fingerprint,
            splits.SkippedFiles)
        {
            Notices = splits.Notices,
            Samples = splits.Train.Samples,
            Range = splits.Train.Range,
        };
    }

    /// <summary>Recognises a source and divides it, before an image is decoded.</summary>
    /// <param name="options">Which images, and how many.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    internal static DividedSource Parts(
        DataOptions options, ulong seed, IProgress<DataProgress>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        ImageSource source = Recognise(options, cancel);
        if (options.Cache is not null && source.Paths is null)
            throw new InvalidOptionException(
                $"--cache keeps decoded image files, and '{options.Data}' ({source.Kind}) has none. Leave it out.");
        Grouping? groups = Grouping.Find(source, options, progress, cancel);
        return new DividedSource(source, options, groups, Division.Of(source, options, seed, groups?.Of));
    }

    private static int[] CountClasses(ImageSet set)
    {
        int[] counts = new int[set.ClassNames?.Count ?? 0];
        foreach (int label in set.Labels ?? [])
        {
            counts[label]++;
        }

        return counts;
    }

    private static ImageSource Recognise(DataOptions options, CancellationToken cancel)
    {
        bool prefixed = options.Data.Contains(':', StringComparison.Ordinal);
        string name = options.Data.Split(':', 2)[0].ToLowerInvariant();

        // Tints are of classes: those of the table, where one is given.
        if (prefixed && name == TintedName)
            return TintedSource.Open(options.Data, inner => Recognise(options with { Data = inner }, cancel));
        ImageSource source = name switch
        {
            CausalName => CausalSource.Open(options.Data),
            DomainsName when prefixed => DomainFolders.Open(options.Data, options.ScratchFolder, cancel),
            _ => RecogniseNameOrPath(options, cancel),
        };
        return options.Labels == LabelRule.None ? RelabelledSource.Unlabelled(source)
            : LabelRule.IsTable(options.Labels) ? RelabelledSource.Of(source, options.Labels)
            : source;
    }

    private static ImageSource RecogniseNameOrPath(DataOptions options, CancellationToken cancel)
    {
        KnownSource? known = Known.FirstOrDefault(source => source.Name.Equals(options.Data, StringComparison.OrdinalIgnoreCase));
        if (known is not null)
            return known.Name == "embedded" ? OpenEmbedded(known) : OpenKnown(known, options.DataRoot);
        if (NpyStack.IsPath(options.Data))
            return new StackSource(NpyStack.Open(options.Data));
        if (File.Exists(options.Data))
        {
            return IdxLayout.IsImagesFile(options.Data)
                ? IdxLayout.Open(options.Data, classNames: null)
                : throw new DataException(
                    $"'{options.Data}' is a file, and neither a stack of images (.npy) nor one of IDX images. Expected a folder of "
                    + $"{AcceptedPaths}.");
        }

        if (!Directory.Exists(options.Data))
        {
            throw new InvalidOptionException(
                $"--data '{options.Data}' is neither a known source nor a path that exists."
                + (Suggestion.Sentence(options.Data, Known.Select(source => source.Name)) is { Length: > 0 } near
                    ? near
                    : Suggestion.OfPath(options.Data))
                + " Give one of "
                + $"{string.Join(", ", Known.Select(source => source.Name))}, "
                + $"{string.Join(" or ", Prefixed.Select(source => source.Example))}, or the path of a folder of {AcceptedPaths}.");
        }

        return OpenFolder(options.Data, options, cancel);
    }

    private static StoredSource OpenEmbedded(KnownSource known)
    {
        const string Images = "t10k-images-idx3-ubyte.gz", Labels = "t10k-labels-idx1-ubyte.gz";
        return new StoredSource(
            "embedded",
            Read(Images, (stream, name) => IdxFile.ReadImages(stream, name)),
            testCount: 0,
            Read(Labels, (stream, name) => IdxFile.ReadLabels(stream, name)),
            known.ClassNames);

        static T Read<T>(string name, Func<Stream, string, T> read)
        {
            using Stream resource = typeof(DataSources).Assembly.GetManifestResourceStream(name)!;
            using var unpacked = new System.IO.Compression.GZipStream(resource, System.IO.Compression.CompressionMode.Decompress);
            using var buffered = new BufferedStream(unpacked, 1 << 16);
            return read(buffered, name);
        }
    }

    private static StoredSource OpenKnown(KnownSource known, string? dataRoot)
    {
        string? root = dataRoot ?? known.InstalledAt;
        if (root is null || (dataRoot is null && !Directory.Exists(root)))
            throw new InvalidOptionException(
                $"--data {known.Name} needs --data-root, the folder that holds {known.Layout}. To get them: {known.HowToGet}.");
        string[] folders = [root, .. known.Folders.Select(folder => Path.Combine(root, folder))];
        string? folder = folders.Where(Directory.Exists).FirstOrDefault(known.Name switch
        {
            "cifar-10" => CifarLayout.IsCifar10Folder,
            "cifar-100" => CifarLayout.IsCifar100Folder,
            _ => IdxLayout.IsFolder,
        });
        if (folder is null)
        {
            throw new DataException(
                $"The files of {known.Name} are not in {string.Join(", ", folders.Select(candidate => $"'{candidate}'"))}. Expected "
                + $"{known.Layout}. To get them: {known.HowToGet}.");
        }

        return known.Name.StartsWith("cifar", StringComparison.Ordinal) ? CifarLayout.Open(folder) : IdxLayout.Open(
            folder, known.ClassNames);
    }

    private static ImageSource OpenFolder(string folder, DataOptions options, CancellationToken cancel)
    {
        if (IdxLayout.IsFolder(folder))
        {
            // A folder named after a known source is that source, as Debian installs it.
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            return IdxLayout.Open(folder, Known.FirstOrDefault(known => known.Name == name)?.ClassNames);
        }

        if (CifarLayout.IsCifar10Folder(folder) || CifarLayout.IsCifar100Folder(folder))
            return CifarLayout.Open(folder);
        bool earlier = options.Division == DivisionRule.Earlier;
        FolderListing listing = ImageListing.Below(folder, earlier, options.ScratchFolder, cancel);
        if (listing.Paths.Count > 0)
        {
            FolderSource found = FolderLayout.Open(folder, listing.Paths, options.Labels, earlier);
            return found.Noting([.. listing.Ignored.Select(kind => kind.ToString()), .. found.Notices]);
        }

        return ImageListing.VisibleNames(folder, folders: true) is [var single]
            ? OpenFolder(Path.Combine(folder, single), options, cancel)
            : throw new DataException($"There are no images in '{folder}'. Expected {AcceptedPaths}. {ImageListing.WhatIsIn(folder)}");
    }
}
