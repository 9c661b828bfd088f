namespace Lethe.Storage.Weights;

/// <summary>What a pickle would have made by calling a class or function: kept as it is described, and never made.</summary>
/// <param name="callable">What would be called: a <see cref="PickleGlobal"/>, or anything else where the pickle is odd.</param>
/// <param name="arguments">What it would be given.</param>
internal sealed class PickleObject(object? callable, object? arguments)
{
    /// <summary>What would be called.</summary>
    public object? Callable { get; } = callable;

    /// <summary>What it would be given.</summary>
    public object? Arguments { get; } = arguments;

    /// <summary>Its attributes, as they would be set; null where there are none.</summary>
    public object? State { get; set; }
}
