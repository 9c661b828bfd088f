namespace Lethe.Runs;

/// <summary>
/// One evaluation that measured images which nothing may be chosen by. The more often they are looked at, the more a choice may owe to
/// them.
/// </summary>
/// <param name="Part">Which images: <see cref="Test"/> or <see cref="Sealed"/>.</param>
/// <param name="Utc">When.</param>
/// <param name="Command">What was called.</param>
internal sealed record Look(string Part, DateTimeOffset Utc, string Command)
{
    /// <summary>The test images.</summary>
    public const string Test = "test";

    /// <summary>The sealed images.</summary>
    public const string Sealed = "sealed";

    /// <summary>Checksums of the weights that were measured, as evaluations have them.</summary>
    public IReadOnlyList<string> Weights { get; init; } = [];
}
