namespace Lethe.Tests.Architecture.Sample.Round;

/// <summary>Uses the second, which uses it; and one that uses nobody.</summary>
internal sealed class First
{
    public Second? Other { get; init; }

    public Third? Last { get; init; }
}
