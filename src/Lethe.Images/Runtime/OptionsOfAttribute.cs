namespace Lethe.Runtime;

/// <summary>Marks options that are no flags: messages name them after what they belong to, as "causal-shapes: test-rho".</summary>
/// <param name="owner">What they belong to.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OptionsOfAttribute(string owner) : Attribute
{
    /// <summary>What they belong to.</summary>
    public string Owner { get; } = owner;
}
