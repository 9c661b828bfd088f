namespace Lethe.Data;

/// <summary>A source that has a name.</summary>
/// <param name="Name">The value of <c>--data</c>.</param>
/// <param name="Description">What the images are.</param>
/// <param name="Layout">The files that <c>--data-root</c> must hold.</param>
/// <param name="Classes">How many classes there are.</param>
/// <param name="HowToGet">Where the files come from.</param>
internal sealed record KnownSource(string Name, string Description, string Layout, int Classes, string HowToGet)
{
    /// <summary>Class names by label where the files do not say them.</summary>
    internal IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Folders below the data root in which distributions of the source put the files.</summary>
    internal IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>The folder in which a system package puts the files.</summary>
    internal string? InstalledAt { get; init; }
}
