namespace Lethe.Data;

/// <summary>The image files below a folder, and what else was there.</summary>
/// <param name="Paths">Relative paths with forward slashes, in ordinal order; each file once.</param>
/// <param name="Ignored">What was left out, by kind: what loses images first, then by count.</param>
internal sealed record FolderListing(IReadOnlyList<string> Paths, IReadOnlyList<IgnoredFiles> Ignored);
