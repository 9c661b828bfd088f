using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Which images to use, and how they are divided.</summary>
public sealed record DataOptions : OptionRecord, IConflicting
{
    /// <summary>
    /// The source: embedded, a known name, with options of its own where it has any (causal-shapes:rho=0.5), or a path whose kind is
    /// recognised.
    /// </summary>
    public string Data { get; init; } = "embedded";

    /// <summary>Folder that holds the files of a named source; embedded and paths do not use it.</summary>
    public string? DataRoot { get; init; }

    /// <summary>
    /// A file, or a folder for it, that keeps decoded images on disk. The first run makes it, later runs read it instead of the image
    /// files, and it is made anew where these have changed. A folder may then be larger than memory. The bits of a run are the same with
    /// it and without. Nothing else may cut the file short while a run uses it.
    /// </summary>
    public string? Cache { get; init; }

    /// <summary>
    /// Height and width of the views that the encoder sees. 0 takes the size of the images; where they differ, their median short side,
    /// rounded down. At most 128 on a processor and 224 on a GPU.
    /// </summary>
    [Limit(AtLeast = 16, AtMost = 1024, Unit = "pixels", Zero = "to choose it by the images")]
    public int ImageSize { get; init; }

    /// <summary>Train on the first N training images after the seeded shuffle.</summary>
    [Limit(AtLeast = 2, Unit = "images", Zero = "for all")]
    public int Limit { get; init; }

    /// <summary>The most labelled images to fit probes with. They are never trained on.</summary>
    [Limit(AtLeast = 1, Unit = "image")]
    public int ProbeImages { get; init; } = 2000;

    /// <summary>The most images to measure with. They are never trained on.</summary>
    [Limit(AtLeast = 1, Unit = "image")]
    public int TestImages { get; init; } = 2000;

    /// <summary>
    /// The most images to seal: nothing reads them until 'lethe evaluate --sealed', for the number that is published in the end. Where the
    /// source has a test part of its own they are taken from it, 2000 if this is left open; elsewhere from the images to train on, none if
    /// this is left open.
    /// </summary>
    [Limit(AtLeast = 0)]
    public int? SealedImages { get; init; }

    /// <summary>How many corrupt or empty files are skipped before it is an error.</summary>
    [Limit(AtLeast = 0)]
    public int MaxBadFiles { get; init; } = 10;

    /// <summary>
    /// Where labels come from: folders, none, or a table (.csv, .tsv) with a row for each image, its path and its label. auto takes folders
    /// as classes unless their names are dates or a camera's.
    /// </summary>
    public string Labels { get; init; } = LabelRule.Auto;

    /// <summary>
    /// Images that stay in one part: folder (all of the innermost folder), name:REGEX (all whose path gives the same match, or the same
    /// first group of it, as 'name:(clip\d+)'), or a table (.csv, .tsv) of paths and groups, as of patients, scenes or videos.
    /// </summary>
    public string? GroupBy { get; init; }

    /// <summary>
    /// Where copies of an image go. together: equal images stay in one part. near: nearly equal ones too, for which every image is
    /// decoded. ignore: anywhere.
    /// </summary>
    [OneOf(DuplicateRule.Together, DuplicateRule.Near, DuplicateRule.Ignore)]
    public string Duplicates { get; init; } = DuplicateRule.Together;

    /// <summary>
    /// How images are divided. stratified: each class has its share of each part; without labels there are no probe images and fewer test
    /// images. random. earlier: as the first versions did, to repeat their runs.
    /// </summary>
    [OneOf(DivisionRule.Stratified, DivisionRule.Random, DivisionRule.Earlier)]
    public string Division { get; init; } = DivisionRule.Stratified;

    /// <summary>
    /// Which values are black and white. type: all that the type of the pixels can hold; floating-point images that leave 0 to 1 are taken
    /// as percentile. percentile: the 0.1 and 99.9 % of the training images. Or two numbers LOW,HIGH. Values beyond are clipped.
    /// </summary>
    public string Range { get; init; } = RangeRule.OfType;

    /// <summary>
    /// Images of more pixels are reduced while they are decoded, where their format allows that, and are left out as bad files otherwise.
    /// </summary>
    [Limit(AtLeast = 1, AtMost = 10_000, Unit = "million pixels")]
    public int MaxMegapixels { get; init; } = ImageDecoder.MaxMegapixels;

    /// <summary>The largest view that is chosen where <see cref="ImageSize"/> is left open: it depends on where a run computes.</summary>
    internal int LargestView { get; init; } = ViewSize.MostOnProcessor;

    /// <summary>
    /// Where lists of files have room that need not be in memory: where the cache lies; null to keep them there, without a cache and on
    /// Windows, which deletes no file that is mapped.
    /// </summary>
    internal string? ScratchFolder => OperatingSystem.IsWindows() || Cache is null ? null
        : Directory.Exists(Cache) ? Cache
        : Path.GetDirectoryName(Path.GetFullPath(Cache));

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (string.IsNullOrWhiteSpace(Data))
            yield return "--data is empty. Give 'embedded', a name that 'lethe data' lists, or a path.";
        if (Cache is not null && string.IsNullOrWhiteSpace(Cache))
            yield return "--cache is empty. Give a file, or a folder to put it in, or leave it out.";
        if (string.IsNullOrWhiteSpace(Labels))
            yield return "--labels is empty. Give auto, folders, none or a table.";
        if (GroupBy is not null && string.IsNullOrWhiteSpace(GroupBy))
            yield return "--group-by is empty. Give folder, name:REGEX or a table, or leave it out.";
        if (RangeRule.Conflict(Range) is { } conflict)
            yield return conflict;
    }
}
