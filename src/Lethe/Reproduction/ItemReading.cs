using Lethe.Reporting;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>What the runs of an item say.</summary>
/// <param name="Cases">The claim in each case.</param>
internal sealed record ItemReading(IReadOnlyList<Judgement> Cases)
{
    /// <summary>What is compared beside the claim, by the same rule: no part of the verdict.</summary>
    public IReadOnlyList<Judgement> Beside { get; init; } = [];

    /// <summary>Figures, in rows.</summary>
    public IReadOnlyList<Chart> Charts { get; init; } = [];

    /// <summary>Tables.</summary>
    public IReadOnlyList<Grid> Grids { get; init; } = [];

    /// <summary>What else to know, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
