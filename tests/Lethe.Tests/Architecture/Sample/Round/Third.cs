namespace Lethe.Tests.Architecture.Sample.Round;

/// <summary>Uses nobody but a type within it.</summary>
internal sealed class Third
{
    public Inner? Part { get; init; }

    internal sealed class Inner
    {
        public Third? Around { get; init; }
    }
}
