namespace Lethe.Storage.Weights;

/// <summary>A dictionary of a pickle, as the list of what was set, in order.</summary>
internal sealed class PickleDictionary
{
    /// <summary>Keys with values; of a key that comes twice the last one counts.</summary>
    public List<(object? Key, object? Value)> Items { get; } = [];

    /// <summary>The value of a text key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The value; null where there is none.</returns>
    public object? this[string key] => Items.FindLast(item => item.Key is string text && text == key).Value;
}
