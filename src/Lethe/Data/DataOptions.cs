using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Which images to use, and how they are divided.</summary>
public sealed record DataOptions
{
    /// <summary>The source: embedded, a known name, with options of its own where it has any (causal-shapes:rho=0.5), or a path whose kind is recognised.</summary>
    public string Data { get; init; } = "embedded";

    /// <summary>Folder that holds the files of a named source; embedded and paths do not use it.</summary>
    public string? DataRoot { get; init; }

    /// <summary>
    /// A file, or a folder to put it in, that keeps the decoded images of a folder of image files: made at first use, read in place of the files from then on,
    /// made anew where the files have changed. Images stay on disk, so a folder may be larger than memory; the bits of a run are the same with it and without.
    /// </summary>
    public string? Cache { get; init; }

    /// <summary>Height and width of the views that the encoder sees, in pixels, 16 to 224; 0 takes the size of the images (32 where they differ).</summary>
    public int ImageSize { get; init; }

    /// <summary>Train on the first N training images after the seeded shuffle, at least 2; 0 takes all.</summary>
    public int Limit { get; init; }

    /// <summary>At most so many labelled images, never trained on, to fit probes with.</summary>
    public int ProbeImages { get; init; } = 2000;

    /// <summary>At most so many images, never trained on, to measure with.</summary>
    public int TestImages { get; init; } = 2000;

    /// <summary>How many files may be corrupt or empty and are skipped before it is an error.</summary>
    public int MaxBadFiles { get; init; } = 10;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Data))
            throw new InvalidOptionException("--data is empty. Give 'embedded', a name that 'lethe data' lists, or a path.");
        if (Cache is not null && string.IsNullOrWhiteSpace(Cache))
            throw new InvalidOptionException("--cache is empty. Give a file, or a folder to put it in, or leave it out.");
        if (ImageSize is not 0 and (< 16 or > 224))
            throw new InvalidOptionException($"--image-size must be between 16 and 224, or 0 for the size of the images; found {ImageSize}.");
        if (Limit is < 0 or 1)
            throw new InvalidOptionException($"--limit must be at least 2, found {Limit}. Leave it out (or 0) to use all images.");
        if (ProbeImages < 1 || TestImages < 1)
            throw new InvalidOptionException($"--probe-images and --test-images must be at least 1, found {ProbeImages} and {TestImages}.");
        if (MaxBadFiles < 0)
            throw new InvalidOptionException($"--max-bad-files must not be negative, found {MaxBadFiles}.");
    }
}
