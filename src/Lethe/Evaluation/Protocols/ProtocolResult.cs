using Lethe.Diagnostics;

namespace Lethe.Evaluation.Protocols;

/// <summary>One result of a protocol on one state of an encoder: a number with its interval, over all draws.</summary>
internal sealed record ProtocolResult
{
    /// <summary>What was fitted: <see cref="FittedModel.Variant"/>.</summary>
    public required string Variant { get; init; }

    /// <summary>The layer.</summary>
    public required string Layer { get; init; }

    /// <summary>The measure, as <see cref="Score"/> names it.</summary>
    public required string Measure { get; init; }

    /// <summary>The number; the mean over draws where there are several.</summary>
    public required double Value { get; init; }

    /// <summary>Its interval: over draws where there are several, else over test images.</summary>
    public required ConfidenceInterval Interval { get; init; }

    /// <summary>The number of each draw, in order, so that states of an encoder can be compared draw by draw.</summary>
    public required IReadOnlyList<double> Draws { get; init; }

    /// <summary>The part of the labels that was fitted with; null where that is not the question.</summary>
    public double? LabelShare { get; init; }

    /// <summary>Images that were fitted on.</summary>
    public required int FitCount { get; init; }

    /// <summary>Images that were measured on.</summary>
    public required int TestCount { get; init; }

    /// <summary>Of an accuracy of one draw: which test images were labelled right; null of all else.</summary>
    internal string? Hits { get; init; }

    /// <summary>The chosen strength of the regularisation, where one draw chose one.</summary>
    public double? Strength { get; init; }
}
