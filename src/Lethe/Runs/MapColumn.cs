namespace Lethe.Runs;

/// <summary>A number of each image of a map.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Meaning">What it says, in a sentence.</param>
/// <param name="Values">32 bits each; NaN where an image has none.</param>
internal sealed record MapColumn(string Name, string Meaning, byte[] Values)
{
    /// <summary>The layer that it is of; null for all.</summary>
    public string? Layer { get; init; }

    /// <summary>The state that it is of; null for all.</summary>
    public EvaluationStage? Stage { get; init; }
}
