namespace Lethe.Data;

/// <summary>What a check of a source found.</summary>
internal sealed record DataCheckResult
{
    /// <summary>The source, as the user gave it.</summary>
    public required string Source { get; init; }

    /// <summary>What it was recognised as.</summary>
    public required string Kind { get; init; }

    /// <summary>Images of each part: train, probe, test.</summary>
    public required IReadOnlyList<(string Part, int Count)> Parts { get; init; }

    /// <summary>What each image that can be read is.</summary>
    public required IReadOnlyList<ImageFacts> Images { get; init; }

    /// <summary>Files that cannot be read, by reason.</summary>
    public required IReadOnlyList<IgnoredFiles> Unreadable { get; init; }

    /// <summary>The classes with their counts; empty where there are no labels.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>What was understood and left out, in sentences.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>Equal and nearly equal images: those that are in the way first.</summary>
    public required IReadOnlyList<DuplicateGroup> Groups { get; init; }

    /// <summary>Files with something to know of them: tiny, elongated, constant; with an example.</summary>
    public required IReadOnlyList<(string What, int Count, string Example)> Peculiar { get; init; }

    /// <summary>What is wrong, in sentences; empty where nothing is.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
