namespace Lethe.Data;

/// <summary>Images read from files, and the files that could not be read.</summary>
/// <param name="Images">The images, in the ordinal order of their paths, without labels.</param>
/// <param name="SkippedFiles">Files that were corrupt or empty, each as <c>path: reason</c>.</param>
public sealed record ImageFilesResult(ImageSet Images, IReadOnlyList<string> SkippedFiles);
