namespace Lethe.Tests.Architecture.Sample.Round;

/// <summary>Uses the first within a lambda, as compilers hide it.</summary>
internal sealed class Second
{
    public Func<object> Make { get; } = () => new First();
}
