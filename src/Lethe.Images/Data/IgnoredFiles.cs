namespace Lethe.Data;

/// <summary>Files or folders of one kind that a listing left out.</summary>
/// <param name="Reason">Which kind, in the plural, as <c>files ending in .txt</c>.</param>
/// <param name="Count">How many; of a folder that is left out, what lies in it is not counted.</param>
/// <param name="Example">The first of them, relative to the folder that was listed.</param>
/// <param name="Advice">What to do to have them read; null where nothing is lost.</param>
internal sealed record IgnoredFiles(string Reason, int Count, string Example, string? Advice)
{
    /// <summary>A sentence for people.</summary>
    public override string ToString() =>
        $"Left out: {Reason} ({Count}, as {Example}).{(Advice is null ? "" : $" {Advice}")}";
}
