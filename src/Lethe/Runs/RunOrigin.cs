using System.Text.Json.Serialization;

namespace Lethe.Runs;

/// <summary>The weights that a run began with, where they were not fresh: what <c>run.json</c> says of them.</summary>
/// <param name="Source">The file or folder, as it was given.</param>
/// <param name="Checksum">XXH3-128 of the file of weights, in hexadecimal.</param>
/// <param name="Foreign">Whether it was trained elsewhere.</param>
/// <param name="Found">What the file was found to hold, in sentences.</param>
/// <param name="Notes">What was left out or assumed, and why.</param>
/// <param name="HeadsLoaded">Whether all heads of the method were in the file and loaded.</param>
internal sealed record RunOrigin(
    string Source, string Checksum, bool Foreign, IReadOnlyList<string> Found, IReadOnlyList<string> Notes, bool HeadsLoaded)
{
    /// <summary>All that is to be said of the weights.</summary>
    [JsonIgnore]
    public IEnumerable<string> Sentences => [.. Found, .. Notes];
}
